import { describe, expect, it } from "vitest";
import type { HealthRule } from "../../backend/generated/HealthRule";
import { blank, bps, draftOf, lacking, ruleOf, whole } from "./rule";

describe("a rule in plain words", () => {
  it("comes back as it was written", () => {
    const rules: HealthRule[] = [
      {
        name: "crash floor",
        measure: "crash_free_sessions",
        floor_bps: 9950,
        sample_min: 500,
        data_age_ms_max: 7_200_000,
      },
      {
        name: "ceiling",
        measure: "crash_free_users",
        floor_bps: 9999,
        sample_min: 1,
        data_age_ms_max: 60_000,
        comparator: "above",
        window_ms: 3_600_000,
        outcome: "proposal",
      },
      {
        name: "worse",
        measure: "crash_free_sessions",
        floor_bps: 0,
        sample_min: 500,
        data_age_ms_max: 7_200_000,
        previous: { worse_by_bps: 5, error_bps: 100 },
        outcome: "stop",
      },
    ];
    for (const rule of rules) expect(ruleOf(draftOf(rule))).toEqual(rule);
  });

  it("reads shares to the hundredth and nothing else", () => {
    expect(["99.5", "0.05", "100", "0,5", " 7 "].map(bps)).toEqual([9950, 5, 10_000, 50, 700]);
    for (const words of ["", "99.555", "-1", "1e2", "101", "half", ".5"]) {
      expect(bps(words)).toBeNull();
    }
    expect(["1", "0", "", "1.5", "-2"].map(whole)).toEqual([1, null, null, null, null]);
  });

  it("says which fields cannot be read, and can be tried out without a name", () => {
    const draft = blank("alarm");
    expect(lacking(draft)).toEqual(["name"]);
    expect(ruleOf(draft)?.previous).toEqual({ worse_by_bps: 50, error_bps: 100 });
    expect(lacking({ ...draft, name: "a", sample: "x", window_minutes: "0" })).toEqual([
      "sample",
      "window_minutes",
    ]);
    expect(ruleOf({ ...draft, value: "much" })).toBeNull();
  });
});
