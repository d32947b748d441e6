import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as made from "../../dev/fixtures";
import { renderWithData } from "../testing/data";
import CanStop from "./CanStop.svelte";

const acted = vi.fn();
beforeEach(() => {
  acted.mockReset();
  mockIPC((_, payload) => {
    const { name, args } = payload as { name: string; args: unknown };
    acted(name, args);
    return { sentence: "Dry runs of a stop were made on 3 targets. Nothing was changed." };
  });
});
afterEach(() => clearMocks());

describe("can I stop right now", () => {
  it("says it in words, with a shape, and asks for no colour", () => {
    renderWithData(CanStop, { light: made.stopLight });
    const button = screen.getByRole("button", {
      name: "Can I stop right now? Not proven for 1 of 3. Show each target",
    });
    expect(button).toHaveTextContent("Not proven for 1 of 3");
    expect(button.querySelector("svg")).toBeInTheDocument();
    expect(button).toHaveAttribute("data-readiness", "not_proven");
  });

  it("shows each target by what it covers, with age, sentence and what is missing", async () => {
    renderWithData(CanStop, { light: made.refusedLight });
    await fireEvent.click(screen.getByTestId("can-stop-open"));
    const open = await screen.findByRole("dialog", { name: "Can I stop right now?" });
    expect(within(open).getByRole("heading", { name: "Switches · every platform" })).toBeVisible();
    const targets = within(open).getAllByTestId("light-target");
    expect(targets).toHaveLength(2);
    expect(targets[0]).toHaveTextContent("Cannot stop");
    expect(targets[0]).toHaveTextContent("tried 11 min ago");
    expect(targets[0]).toHaveTextContent("Missing: UPDATE_FEATURE_ENVIRONMENT");
    expect(targets[1]).toHaveTextContent("Can stop");
  });

  it("tries again on request, for every service", async () => {
    renderWithData(CanStop, { light: made.goodLight });
    await fireEvent.click(screen.getByTestId("can-stop-open"));
    await fireEvent.click(await screen.findByRole("button", { name: "Try it now" }));
    await waitFor(() =>
      expect(acted).toHaveBeenCalledExactlyOnceWith("rehearse", { service: null }),
    );
  });
});
