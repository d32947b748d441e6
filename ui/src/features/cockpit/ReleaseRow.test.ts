import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { leftBehind, press } from "../../../dev/fixtures";
import { renderWithData } from "../../testing/data";
import ReleaseRow from "./ReleaseRow.svelte";

const acted = vi.fn();
beforeEach(() => {
  acted.mockReset();
  mockIPC((_, payload) => {
    const { name, args } = payload as { name: string; args: unknown };
    if (name === "press") return press(3);
    acted(name, args);
    return { press: "p1", intents: ["i0"], sentence: "It waits for approval." };
  });
});
afterEach(() => clearMocks());

const props = { app: "wallet", wanted: null, onopened: () => undefined };

it("offers to stop asking beside the release, in words that say what stays", async () => {
  renderWithData(ReleaseRow, { ...props, release: leftBehind });
  expect(screen.getByText("1 200 of 40 000")).toBeInTheDocument();
  expect(screen.getByText(/It only asks/)).toBeInTheDocument();
  await fireEvent.click(screen.getByRole("button", { name: "Stop asking: 8.4.0 on Google Play" }));
  expect(screen.getByTestId("act-sheet")).toHaveTextContent("Devices that updated do not go back");
  const reason = screen.getByTestId("act-reason");
  await fireEvent.input(reason, { target: { value: "8.4.1 crashes too" } });
  await fireEvent.click(screen.getByTestId("act-send"));
  await vi.waitFor(() =>
    expect(acted).toHaveBeenCalledWith("change", {
      target: leftBehind.target,
      desired: { to: "not_asked" },
      reason: "8.4.1 crashes too",
    }),
  );
});
