import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as made from "../../../dev/fixtures";
import { renderWithData } from "../../testing/data";
import StopSheet from "./StopSheet.svelte";

const acted = vi.fn();
let refusal: unknown = null;
let sheet = made.stopSheet;
beforeEach(() => {
  acted.mockReset();
  refusal = null;
  sheet = made.stopSheet;
  mockIPC((command, payload) => {
    const { name, args } = payload as { name: string; args: unknown };
    if (command === "query" && name === "stop_sheet") return sheet;
    if (command === "query" && name === "press") return made.press(3);
    acted(name, args);
    if (refusal !== null) throw refusal;
    return { press: "p1", intents: [], sentence: "Taken down." };
  });
});
afterEach(() => clearMocks());

async function open() {
  const onclose = vi.fn();
  const onnotice = vi.fn();
  renderWithData(StopSheet, { app: "wallet", title: "Stop", onclose, onnotice });
  const reason = await screen.findByLabelText("Reason (goes into the log and the notice)");
  return { reason, onclose, onnotice };
}

async function pressTwice() {
  await fireEvent.click(screen.getByTestId("without-holding"));
  const yes = screen.queryByTestId("confirm-stop");
  if (yes) await fireEvent.click(yes);
}

describe("the stop sheet", () => {
  it("starts in the reason and names its object", async () => {
    const { reason } = await open();
    await waitFor(() => expect(reason).toHaveFocus());
    expect(
      screen.getByRole("button", { name: "Hold to stop 8.4.0 on 3 targets" }),
    ).toBeInTheDocument();
  });

  it("groups targets by what they cover, and says of each whether it would be taken", async () => {
    await open();
    const stores = screen.getByRole("list", { name: "Stores · iOS" });
    const box = within(stores).getByRole("checkbox", { name: /App Store/ });
    expect(stores).toHaveTextContent("Not proven");
    expect(box).toHaveAccessibleDescription(
      /Manual downloads still get.*shows only at a real pause/,
    );
    const switches = screen.getByRole("list", { name: "Switches · every platform" });
    expect(within(switches).getAllByTestId("stop-target")).toHaveLength(2);
  });

  it("takes over the reason that a health rule proposes, and leaves it to the person", async () => {
    const proposed = "Health rule “crash floor”: 98.21 %, below the floor of 99.50 %";
    sheet = { ...made.stopSheet, proposed_reason: proposed };
    const { reason } = await open();
    await waitFor(() => expect(reason).toHaveValue(proposed));
    await fireEvent.input(reason, { target: { value: "Crash on Transfer." } });
    await pressTwice();
    expect(acted.mock.calls[0]?.[1]).toMatchObject({ reason: "Crash on Transfer." });
  });

  it("sends nothing without a reason, and says why", async () => {
    const { reason } = await open();
    await pressTwice();
    expect(acted).not.toHaveBeenCalled();
    expect(reason).toHaveFocus();
    expect(reason).toBeInvalid();
    expect(reason).toHaveAccessibleDescription(/Say why/);
  });

  it("sends what the person saw and chose, and shows how each target ended", async () => {
    const { reason } = await open();
    await fireEvent.input(reason, { target: { value: " Crash on Transfer. " } });
    await fireEvent.click(screen.getByRole("checkbox", { name: /App Store/ }));
    await pressTwice();
    expect(acted).toHaveBeenCalledExactlyOnceWith("stop", {
      app: "wallet",
      version: "8.4.0",
      targets: [made.play, made.flagTarget],
      reason: "Crash on Transfer.",
    });
    expect(await screen.findByTestId("press-summary")).toHaveTextContent("3 of 3 confirmed");
    expect(screen.getAllByTestId("press-target")).toHaveLength(3);
    await waitFor(() => expect(screen.getByTestId("stop-close")).toHaveFocus());
  });

  it("stays open while the key that stopped is still held", async () => {
    const { reason } = await open();
    await fireEvent.input(reason, { target: { value: "Crash" } });
    await pressTwice();
    const close = await screen.findByTestId("stop-close");
    const repeated = { key: "Enter", repeat: true };
    // A browser presses the button unless the key's own event is stopped.
    expect(await fireEvent.keyDown(close, repeated)).toBe(false);
    expect(await fireEvent.keyDown(close, { key: "Enter" })).toBe(true);
  });

  it("keeps the sheet and the reason when Rust refuses", async () => {
    refusal = { kind: "refused", sentence: "8.4.0 is not in flight.", hint: "Look again." };
    const { reason } = await open();
    await fireEvent.input(reason, { target: { value: "Crash" } });
    await pressTwice();
    expect(await screen.findByText("8.4.0 is not in flight.")).toBeInTheDocument();
    expect(screen.getByText("Look again.")).toBeInTheDocument();
    expect(reason).toHaveValue("Crash");
  });

  it("says so when no target is chosen", async () => {
    const { reason } = await open();
    await fireEvent.input(reason, { target: { value: "Crash" } });
    for (const box of screen.getAllByRole("checkbox", { checked: true })) {
      await fireEvent.click(box);
    }
    await pressTwice();
    expect(acted).not.toHaveBeenCalled();
    expect(screen.getByText("Choose at least one target.")).toBeInTheDocument();
  });
});
