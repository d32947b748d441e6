import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { afterEach, expect, it, vi } from "vitest";
import { act, approve, query } from "./door";

afterEach(() => clearMocks());

it("sends a name and its arguments through the three commands", async () => {
  const heard = vi.fn((command: string, payload: unknown) => ({ command, payload }));
  mockIPC((command, payload) => heard(command, payload));
  await query("press", { press: "p1" });
  await act("withdraw", { intent: "i1" });
  await approve("approve", { intent: "i1", also: [] });
  expect(heard.mock.calls).toEqual([
    ["query", { name: "press", args: { press: "p1" } }],
    ["act", { name: "withdraw", args: { intent: "i1" } }],
    ["approve", { name: "approve", args: { intent: "i1", also: [] } }],
  ]);
});

it("passes a problem on as it is", async () => {
  const problem = { kind: "refused", sentence: "It moved.", hint: "Look again." };
  mockIPC(() => {
    throw problem;
  });
  await expect(query("cockpit", { app: null })).rejects.toEqual(problem);
});

it("turns anything else into a problem with a sentence and a hint", async () => {
  mockIPC(() => {
    throw new Error("secret detail");
  });
  await expect(query("cockpit", { app: null })).rejects.toMatchObject({ kind: "window" });
  await expect(query("cockpit", { app: null })).rejects.not.toMatchObject({
    sentence: expect.stringContaining("secret detail") as string,
  });
});
