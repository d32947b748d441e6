import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { people } from "../../../dev/fixtures-people";
import { alone, invited, team } from "../../../dev/fixtures-team";
import type { TeamView } from "../../backend/generated/TeamView";
import { renderWithData } from "../../testing/data";
import Team from "./Team.svelte";

const acted = vi.fn();
let shown: TeamView = team;
let refusal: unknown = null;
beforeEach(() => {
  acted.mockReset();
  shown = team;
  refusal = null;
  mockIPC((command, payload) => {
    const { name, args } = payload as { name: string; args: unknown };
    if (command === "query") return shown;
    acted(name, args);
    if (refusal !== null) throw refusal;
    return name === "invite" ? invited : { change: "c1", sentence: "It waits for a signature." };
  });
});
afterEach(() => {
  clearMocks();
  vi.unstubAllGlobals();
});

const open = () =>
  renderWithData(Team, { roles: people.roles, invites: people.invites, whyNot: null });

describe("the team", () => {
  it("asks for a folder and leaves the signing to the approval window", async () => {
    shown = alone;
    open();
    await fireEvent.click(await screen.findByTestId("team-share"));
    await fireEvent.submit(screen.getByTestId("share-form"));
    expect(acted).not.toHaveBeenCalled();
    const folder = screen.getByTestId("share-folder");
    expect(folder).toHaveAttribute("aria-invalid", "true");
    await fireEvent.input(folder, { target: { value: " /srv/team " } });
    await fireEvent.submit(screen.getByTestId("share-form"));
    expect(acted).toHaveBeenCalledWith("share", { folder: "/srv/team" });
    expect(screen.queryByTestId("team-invite")).toBeNull();
  });

  it("says beside the field why a folder is refused", async () => {
    shown = alone;
    refusal = {
      kind: "bad_input",
      sentence: "A team folder is named from its root on.",
      hint: "x",
    };
    open();
    await fireEvent.click(await screen.findByTestId("team-share"));
    await fireEvent.input(screen.getByTestId("share-folder"), { target: { value: "team" } });
    await fireEvent.submit(screen.getByTestId("share-form"));
    expect(await screen.findByTestId("share-problem")).toHaveTextContent("from its root");
    expect(screen.getByTestId("share-folder")).toHaveValue("team");
  });

  it("makes an invitation that can be copied", async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    open();
    await fireEvent.click(await screen.findByTestId("team-invite"));
    await fireEvent.input(screen.getByTestId("invite-name"), { target: { value: "Ben" } });
    await fireEvent.click(screen.getByRole("checkbox", { name: "Responder" }));
    await fireEvent.click(screen.getByRole("radio", { name: "7 days" }));
    await fireEvent.submit(screen.getByTestId("invite-form"));
    expect(acted).toHaveBeenCalledWith("invite", {
      roles: ["product_lead", "responder"],
      name: "Ben",
      hours: 168,
    });
    expect(await screen.findByTestId("invitation-text")).toHaveValue(invited.text);
    await fireEvent.click(screen.getByTestId("invitation-copy"));
    expect(writeText).toHaveBeenCalledWith(invited.text);
    expect(await screen.findByTestId("invitation-copied")).toHaveTextContent("Copied.");
    await fireEvent.click(screen.getByTestId("invitation-done"));
    expect(screen.queryByTestId("invitation-text")).toBeNull();
  });

  it("says that it could not be copied", async () => {
    vi.stubGlobal("navigator", { clipboard: { writeText: () => Promise.reject(new Error()) } });
    open();
    await fireEvent.click(await screen.findByTestId("team-invite"));
    await fireEvent.submit(screen.getByTestId("invite-form"));
    await fireEvent.click(await screen.findByTestId("invitation-copy"));
    expect(await screen.findByTestId("invitation-copied")).toHaveTextContent("could not be copied");
  });

  it("shows why the folder was not read and what others cannot see yet", async () => {
    shown = { ...team, problem: "The folder does not answer.", unpublished: 2 };
    open();
    expect(await screen.findByTestId("team-problem")).toHaveTextContent("does not answer");
    expect(screen.getByTestId("team-looked")).toHaveTextContent("2 entries are not in it yet");
    await fireEvent.click(screen.getByTestId("team-look"));
    expect(acted).toHaveBeenCalledWith("sync", {});
  });
});
