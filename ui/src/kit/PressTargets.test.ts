import { render, screen, within } from "@testing-library/svelte";
import { expect, it } from "vitest";
import { everyOutcome, outcomes } from "../../dev/fixtures";
import type { OutcomeWord } from "../backend/generated/OutcomeWord";
import { text } from "../text";
import { voice } from "./announce.svelte";
import PressTargets from "./PressTargets.svelte";

const words: Record<OutcomeWord, string> = {
  waiting: "Waits for approval",
  working: "Sent, reading back",
  confirmed: "Confirmed · 1.31 s",
  refused: "Refused",
  stale: "Stale",
  unknown: "Unknown, still reading",
  failed: "Failed",
  queued: "Queued, not in effect",
};

it.each(Object.entries(words))("shows %s in words, with an icon and a sentence", (word, shown) => {
  render(PressTargets, { press: everyOutcome });
  const row = document.querySelector<HTMLElement>(`[data-outcome=${word}]`);
  if (!row) throw new Error(`no row is ${word}`);
  const badge = within(row).getByTestId("outcome");
  expect(badge).toHaveTextContent(shown);
  expect(badge.querySelector("svg path")).not.toBeNull();
  const outcome = outcomes.find((one) => one.outcome === word);
  expect(row).toHaveTextContent(outcome?.sentence ?? "no sentence");
});

it("explains every outcome word in the help", () => {
  expect(Object.keys(text.outcomes).sort()).toEqual(Object.keys(words).sort());
});

it("says read back only where something was read back", () => {
  render(PressTargets, { press: everyOutcome });
  const rows = screen.getAllByTestId("press-target");
  const readBack = rows.filter((row) => row.textContent.includes(text.press.readBack));
  expect(readBack.map((row) => row.dataset.outcome)).toEqual(["confirmed"]);
});

it("tells a screen reader each outcome once, and again when it changes", async () => {
  const { rerender } = render(PressTargets, { press: everyOutcome });
  expect(voice.urgent).toContain("Confirmed · 1.31 s");
  const next = structuredClone(everyOutcome);
  const second = next.targets[1];
  if (!second) throw new Error("no second target");
  second.outcome.badge.words = "Confirmed · 2.00 s";
  await rerender({ press: next });
  expect(voice.urgent).toBe(`${second.title}: Confirmed · 2.00 s.`);
});
