import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { cockpit } from "../../../dev/fixtures";
import type { WaitingView } from "../../backend/generated/WaitingView";
import { renderWithData } from "../../testing/data";
import Waiting from "./Waiting.svelte";

const acted = vi.fn();
beforeEach(() => {
  acted.mockReset();
  mockIPC((_, payload) => {
    const { name, args } = payload as { name: string; args: unknown };
    acted(name, args);
    return { change: "c1", sentence: "It waits for a signature." };
  });
});
afterEach(() => clearMocks());

const waiting = cockpit.waiting[0] as WaitingView;

it("goes past missing approvals with a reason, by way of the approval window", async () => {
  renderWithData(Waiting, { waiting: { ...waiting, may_break_glass: true } });
  await fireEvent.click(screen.getByTestId("glass"));
  await fireEvent.submit(screen.getByTestId("glass-form"));
  expect(acted).not.toHaveBeenCalled();
  expect(screen.getByTestId("glass-reason")).toHaveAttribute("aria-invalid", "true");
  await fireEvent.input(screen.getByTestId("glass-reason"), {
    target: { value: "nobody answers" },
  });
  await fireEvent.submit(screen.getByTestId("glass-form"));
  expect(acted).toHaveBeenCalledWith("propose", {
    change: { what: "break_glass", intent: waiting.intent, reason: "nobody answers" },
  });
});

it("is not offered to whoever may not", () => {
  renderWithData(Waiting, { waiting });
  expect(screen.queryByTestId("glass")).toBeNull();
});
