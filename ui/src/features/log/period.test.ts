import { describe, expect, it } from "vitest";
import { dayAfter, dayOf } from "./period";

describe("a period", () => {
  it("holds both of its days", () => {
    const until = dayAfter("2026-11-30", 1);
    expect(until).toBe("2026-12-01T00:00:00.000Z");
    expect(dayOf(until, -1)).toBe("2026-11-30");
    expect(dayOf(dayAfter("2026-11-30", 0))).toBe("2026-11-30");
    expect([dayAfter("", 1), dayOf(null)]).toEqual([null, ""]);
  });
});
