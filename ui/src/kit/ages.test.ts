import { describe, expect, it } from "vitest";
import { ageWords, ago, until, utc } from "./ages";

const now = Date.parse("2026-11-23T14:02:41Z");
const before = (ms: number) => new Date(now - ms).toISOString();
const age = (at: string | null, stale_after_ms = 60_000) => ({ at, stale_after_ms, problem: null });

describe("ages in words", () => {
  it.each([
    [14_000, "as of 14 s ago", false],
    [0, "as of 0 s ago", false],
    [-5_000, "as of 0 s ago", false],
    [60_000, "as of 1 min ago", false],
    [60_001, "stale, 1 min old", true],
    [41 * 60_000, "stale, 41 min old", true],
    [3 * 3_600_000, "stale, 3 h old", true],
    [3 * 86_400_000, "stale, 3 days old", true],
  ])("%d ms old: %s", (ms, words, stale) => {
    expect(ageWords(age(before(ms)), now)).toEqual({ words, stale });
  });

  it("says never read, which is stale", () => {
    expect(ageWords(age(null), now)).toEqual({ words: "never read", stale: true });
    expect(ageWords(age("no time"), now)).toEqual({ words: "never read", stale: true });
  });

  it("counts up as the clock goes on", () => {
    const read = age(before(0), 2_000);
    expect([1, 2, 3].map((s) => ageWords(read, now + s * 1000).words)).toEqual([
      "as of 1 s ago",
      "as of 2 s ago",
      "stale, 3 s old",
    ]);
  });
});

it("counts down to an end, in seconds when it is near", () => {
  const end = (ms: number) => until(new Date(now + ms).toISOString(), now);
  expect(end(14 * 60_000)).toBe("expires in 14 min");
  expect(end(61_000)).toBe("expires in 61 s");
  expect(end(0)).toBe("expired");
  expect(end(-1)).toBe("expired");
});

it("writes times as the log shows them", () => {
  expect(utc("2026-11-03T04:02:01.5Z")).toBe("3 Nov 04:02:01");
  expect(ago(before(125_000), now)).toBe("2 min ago");
});
