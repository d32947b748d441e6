import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { boot } from "../../../dev/fixtures";
import { turnedDown, waits } from "../../../dev/fixtures-team";
import type { TeamView } from "../../backend/generated/TeamView";
import { renderWithData } from "../../testing/data";
import JoinForm from "./JoinForm.svelte";
import Joining from "./Joining.svelte";

const acted = vi.fn();
let shown: TeamView = waits;
let refusal: unknown = null;
beforeEach(() => {
  acted.mockReset();
  shown = waits;
  refusal = null;
  mockIPC((command, payload) => {
    const { name, args } = payload as { name: string; args: unknown };
    if (command === "query") return shown;
    acted(name, args);
    if (refusal !== null) throw refusal;
    return { sentence: "Waiting to be admitted." };
  });
});
afterEach(() => clearMocks());

describe("asking to join", () => {
  it("needs an invitation and a name", async () => {
    renderWithData(JoinForm, { whyNot: null });
    await fireEvent.submit(screen.getByTestId("join-form"));
    expect(acted).not.toHaveBeenCalled();
    expect(screen.getByTestId("join-invitation")).toHaveFocus();
    await fireEvent.input(screen.getByTestId("join-invitation"), {
      target: { value: " cockpit-invitation-1.x.y " },
    });
    await fireEvent.input(screen.getByTestId("join-person"), { target: { value: "Ben" } });
    await fireEvent.submit(screen.getByTestId("join-form"));
    expect(acted).toHaveBeenCalledWith("join", {
      invitation: "cockpit-invitation-1.x.y",
      person: "Ben",
      device: "",
      folder: null,
    });
  });

  it("keeps what was typed when it is refused", async () => {
    refusal = { kind: "refused", sentence: "The invitation expired.", hint: "Ask for another." };
    renderWithData(JoinForm, { whyNot: null, person: "Ben" });
    await fireEvent.input(screen.getByTestId("join-invitation"), { target: { value: "text" } });
    await fireEvent.submit(screen.getByTestId("join-form"));
    expect(await screen.findByTestId("join-problem")).toHaveTextContent("The invitation expired.");
    expect(screen.getByTestId("join-invitation")).toHaveValue("text");
  });
});

describe("waiting to be admitted", () => {
  it("shows the six words in order, and when the folder was read", async () => {
    renderWithData(Joining, { boot: { ...boot, joining: true } });
    const list = await screen.findByTestId("joining-words");
    expect([...list.children].map((it) => it.textContent)).toEqual(waits.joining?.words);
    expect(screen.getByTestId("joining-looked")).toHaveTextContent("looked 3 s ago");
    await fireEvent.click(screen.getByTestId("joining-look"));
    expect(acted).toHaveBeenCalledWith("sync", {});
    expect(screen.queryByTestId("join-form")).toBeNull();
  });

  it("says why it was turned down and takes another invitation", async () => {
    shown = { ...turnedDown, problem: "The folder does not answer." };
    renderWithData(Joining, { boot: { ...boot, joining: true } });
    expect(await screen.findByTestId("joining-sentence")).toHaveTextContent("the words differ");
    expect(screen.getByTestId("joining-problem")).toHaveTextContent("does not answer");
    expect(screen.getByTestId("join-person")).toHaveValue("Jonas");
    expect(screen.queryByTestId("joining-words")).toBeNull();
  });
});
