import { mockIPC } from "@tauri-apps/api/mocks";
import { cleanup, configure, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { answering } from "../../dev/answers";
import App from "../App.svelte";
import Approval from "../approval/Approval.svelte";
import Sign from "../approval/Sign.svelte";
import { makeClient } from "../backend/changes";
import { go, type Room } from "../shell/route.svelte";
import { fromRust, said, unmarked } from "./marks";

vi.mock("../text", async (original) => {
  const { pretended } = await import("./marks");
  const real = await original<typeof import("../text")>();
  return { ...real, text: pretended(real.text) };
});

// Rooms are loaded when they are opened, which takes a slow machine some seconds.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 60_000 });

// What has letters and is the same in every language.
const exceptions: { what: string; is: (word: string, by: Element) => boolean }[] = [
  { what: "a letter on a key", is: (word, by) => by.matches("kbd") && /^\+?[A-Z]$/.test(word) },
  { what: "the beginning of an entry's hash", is: (word) => /^[0-9a-f]{4}…$/.test(word) },
];

interface Screen {
  name: string;
  scene?: string;
  room?: Room;
  /** What a person presses first, by test id; what they type stands behind it. */
  press?: (string | [field: string, words: string])[];
  /** What shows that the screen is there, by test id. */
  shows: string;
}

const screens: Screen[] = [
  { name: "first run", scene: "first", shows: "first-run" },
  {
    name: "first run, connecting",
    scene: "first",
    press: ["connect-stores"],
    shows: "create-workspace",
  },
  { name: "first run, joining", scene: "first", press: ["join-team"], shows: "join-form" },
  { name: "first run, locked", scene: "locked", shows: "unlock" },
  { name: "joining", scene: "joining", shows: "joining-words" },
  { name: "joining, turned down", scene: "turned-down", shows: "joining-sentence" },
  { name: "cockpit", shows: "breach" },
  { name: "cockpit, calm", scene: "calm", shows: "release" },
  { name: "cockpit, offline", scene: "offline", shows: "drift" },
  { name: "cockpit, empty", scene: "empty", shows: "no-releases" },
  { name: "cockpit, loading", scene: "loading", shows: "open-palette" },
  { name: "cockpit, broken", scene: "broken", shows: "problem" },
  { name: "cockpit, read only", scene: "readonly", shows: "read-only" },
  { name: "an act", press: ["act-set_fraction"], shows: "act-sheet" },
  { name: "a halt", press: ["act-stop"], shows: "act-sheet" },
  { name: "a halt without holding", press: ["act-stop", "without-holding"], shows: "act-sheet" },
  { name: "a switch", press: ["flag-switch"], shows: "act-sheet" },
  { name: "services", press: ["services-open"], shows: "services" },
  { name: "can I stop", press: ["can-stop-open"], shows: "can-stop" },
  { name: "palette", press: ["open-palette"], shows: "palette-item" },
  { name: "stop", press: ["open-stop"], shows: "stop-targets" },
  { name: "stop, offline", scene: "offline", press: ["open-stop"], shows: "stop-offline" },
  {
    name: "outcomes",
    scene: "outcomes",
    press: ["open-stop", ["stop-reason", "1"], "without-holding", "confirm-stop"],
    shows: "press-target",
  },
  { name: "notices", room: "notices", shows: "notice-board" },
  { name: "notices, empty", scene: "empty", room: "notices", shows: "no-notices" },
  { name: "a draft", room: "notices", press: ["open-draft"], shows: "preview" },
  { name: "own words", room: "notices", press: ["draft-blank"], shows: "notice-title" },
  { name: "an envelope", room: "notices", press: ["propose-envelope"], shows: "agreements" },
  { name: "log", room: "log", shows: "log-row" },
  { name: "log, empty", scene: "empty", room: "log", shows: "log-empty" },
  { name: "an entry", room: "log", press: ["log-row"], shows: "entry-verified" },
  { name: "export", room: "log", press: ["export-open"], shows: "log-export" },
  {
    name: "exporting",
    scene: "exporting",
    room: "log",
    press: ["export-open"],
    shows: "export-progress",
  },
  { name: "exported", room: "log", press: ["export-open", "export-go"], shows: "export-made" },
  { name: "health", room: "health", shows: "rule" },
  { name: "health, empty", scene: "empty", room: "health", shows: "health-orders" },
  { name: "a rule", room: "health", press: ["rule-change"], shows: "rule-test" },
  { name: "a rule ends", room: "health", press: ["rule-end"], shows: "rule-end-form" },
  { name: "an order", room: "health", press: ["order-new"], shows: "order-hours" },
  { name: "people", room: "people", shows: "policy" },
  { name: "a policy", room: "people", press: ["policy-edit"], shows: "policy-form" },
  { name: "roles", room: "people", press: ["roles-edit"], shows: "role" },
  {
    name: "a device is revoked",
    room: "people",
    press: ["device-revoke"],
    shows: "device-revoke-form",
  },
  {
    name: "in other hands",
    room: "people",
    press: ["device-compromised"],
    shows: "compromised-from",
  },
  { name: "sharing", scene: "alone", room: "people", press: ["team-share"], shows: "share-form" },
  { name: "inviting", room: "people", press: ["team-invite"], shows: "invite-form" },
  {
    name: "an invitation",
    room: "people",
    press: ["team-invite", "invite-go"],
    shows: "invitation-text",
  },
  { name: "settings", room: "settings", shows: "connection" },
  { name: "a connection", room: "settings", press: ["connection-edit"], shows: "connection-form" },
  {
    name: "checked",
    room: "settings",
    press: ["connection-edit", "connection-check"],
    shows: "checks",
  },
  { name: "help", room: "help", shows: "help" },
];

const approval = (intent: string | null) => () => void render(Approval, { intent });

/** The windows that sign, each opened for what it asks about. */
const windows: (Screen & { open: () => void })[] = [
  { name: "approval", open: approval("4c77a1d0"), shows: "intent-change" },
  { name: "a notice", scene: "notice", open: approval("4c77a1d0"), shows: "intent-notice" },
  { name: "rejecting", open: approval("4c77a1d0"), press: ["reject"], shows: "reject-form" },
  { name: "approved", open: approval("4c77a1d0"), press: ["approve"], shows: "approval-done" },
  { name: "nothing to approve", open: approval(null), shows: "approval" },
  {
    name: "signing a change",
    open: () => void render(Sign, { change: "4c77a1d0" }),
    shows: "sign-facts",
  },
];

const codes = new Set<string>();

beforeAll(() => {
  // Where the test's document has nothing to measure or to scroll.
  const still = () => undefined;
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe = still;
      unobserve = still;
      disconnect = still;
    },
  );
  Element.prototype.scrollTo = still;
  Element.prototype.scrollIntoView = still;
});
afterEach(() => cleanup());

function answerAs(scene = "breach") {
  const answer = answering({ scene });
  const marked = (command: string, payload: unknown) => {
    try {
      return fromRust(answer(command, payload), codes);
    } catch (problem) {
      throw fromRust(problem, codes);
    }
  };
  mockIPC(marked, { shouldMockEvents: true });
}

async function untranslated(press: NonNullable<Screen["press"]>, shows: string) {
  for (const step of press) {
    const [testid, words] = typeof step === "string" ? [step] : step;
    const [first] = await screen.findAllByTestId(testid);
    if (!first) continue;
    if (words === undefined) await fireEvent.click(first);
    else await fireEvent.input(first, { target: { value: words } });
  }
  await screen.findAllByTestId(shows);
  const before = lonely();
  // What a form says of what is missing.
  for (const form of document.querySelectorAll("form")) await fireEvent.submit(form);
  return [...new Set([...before, ...lonely()])];
}

/** Words that are neither the catalogue's nor Rust's. */
function lonely(): string[] {
  return said(document.body).flatMap(({ by, text }) =>
    unmarked(text)
      .filter((word) => !codes.has(word) && !exceptions.some(({ is }) => is(word, by)))
      .map((word) => `${word} in “${text.trim()}”`),
  );
}

it("sees a literal wherever a person would", () => {
  document.body.innerHTML =
    "<p title='Aged'>⟦Read⟧ 3 ⟪h⟫ ago</p><input placeholder='Type' aria-label='⟦Name⟧'>";
  expect(lonely()).toEqual(["Aged in “Aged”", "ago in “⟦Read⟧ 3 ⟪h⟫ ago”", "Type in “Type”"]);
  document.body.replaceChildren();
});

describe("every text can be said in another language", () => {
  it.each(screens)("$name", async ({ scene, room, press, shows }) => {
    answerAs(scene);
    go(room ?? "cockpit");
    render(App, { client: makeClient() });
    expect(await untranslated(press ?? [], shows)).toEqual([]);
  });

  it.each(windows)("$name", async ({ scene, open, press, shows }) => {
    answerAs(scene);
    open();
    expect(await untranslated(press ?? [], shows)).toEqual([]);
  });
});
