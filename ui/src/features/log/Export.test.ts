import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exported, logChoices } from "../../../dev/fixtures-log";
import { renderWithData } from "../../testing/data";
import Export from "./Export.svelte";
import { everything, type Filter } from "./pages.svelte";

const acted = vi.fn();
let answer: unknown = exported;
let refusal: unknown = null;
let progress = { running: false, done: 0, total: 0 };
beforeEach(() => {
  acted.mockReset();
  answer = exported;
  refusal = null;
  progress = { running: false, done: 0, total: 0 };
  mockIPC((command, payload) => {
    const { name, args } = payload as { name: string; args: unknown };
    if (command === "query") return progress;
    acted(name, args);
    if (refusal !== null) throw refusal;
    return answer;
  });
});
afterEach(() => clearMocks());

function open(filter: Filter = everything) {
  renderWithData(Export, { filter, choices: logChoices, total: 12408, onclose: vi.fn() });
}

const whole = {
  through: null,
  from: null,
  until: null,
  apps: [],
  kinds: [],
  persons: [],
  redact_kinds: [],
  redact_persons: [],
  redact_entries: [],
};

describe("the export", () => {
  it("takes everything and says where it lies and what holds", async () => {
    open();
    await fireEvent.click(screen.getByTestId("export-go"));
    expect(acted).toHaveBeenCalledWith("export", whole);
    expect(await screen.findByTestId("export-folder")).toHaveTextContent(exported.folder);
    expect(screen.getByTestId("export-made")).toHaveTextContent(exported.verified);
    expect(screen.getByText(exported.allowed_signer ?? "")).toBeInTheDocument();
  });

  it("takes what is shown, without the text of the kinds that are ticked", async () => {
    open({ ...everything, kinds: ["intent.request"], person: "4c9a", search: "crash" });
    await fireEvent.click(screen.getByRole("radio", { name: "Only what is shown" }));
    await fireEvent.click(screen.getByRole("checkbox", { name: "Asked for" }));
    await fireEvent.click(screen.getByTestId("export-go"));
    expect(acted).toHaveBeenCalledWith("export", {
      ...whole,
      kinds: ["intent.request"],
      persons: ["4c9a"],
      redact_kinds: ["intent.request"],
    });
  });

  it("cannot take a part when nothing narrows the log", () => {
    open({ ...everything, search: "crash" });
    expect(screen.getByRole("radio", { name: "Only what is shown" })).toHaveAttribute(
      "aria-disabled",
      "true",
    );
  });

  it("says loudly that the log does not hold, and that the export is not in it", async () => {
    answer = { ...exported, holds: false, in_log: false, verified: "Entry 7 does not hold." };
    open();
    await fireEvent.click(screen.getByTestId("export-go"));
    expect(await screen.findByText("Entry 7 does not hold.")).toBeInTheDocument();
    expect(screen.getByTestId("export-made")).toHaveTextContent("is not in the log");
  });

  it("shows how far an export is and calls it off", async () => {
    progress = { running: true, done: 9120, total: 24816 };
    open();
    const bar = await screen.findByRole("progressbar");
    expect(bar).toHaveValue(9120);
    expect(screen.getByTestId("export-go")).toHaveAttribute("aria-disabled", "true");
    await fireEvent.click(screen.getByTestId("export-cancel"));
    expect(acted).toHaveBeenCalledWith("cancel_export", {});
  });

  it("keeps the sheet when it was refused", async () => {
    refusal = { kind: "storage", sentence: "The disk is full.", hint: "Make room." };
    open();
    await fireEvent.click(screen.getByTestId("export-go"));
    expect(await screen.findByTestId("export-problem")).toHaveTextContent("The disk is full.");
    expect(screen.getByTestId("export-go")).toBeInTheDocument();
  });
});
