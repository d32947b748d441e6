import { describe, expect, it } from "vitest";
import { height_max_px, scrollAfter, scrollToRow, windowOf } from "./windowing";

const list = { rows: 1000, row_px: 34, viewport_px: 340, scroll_px: 0, overscan: 2 };

describe("the window of a long list", () => {
  it("draws what is in sight and a little around it", () => {
    expect(windowOf(list)).toEqual({ first: 0, end: 12, top_px: 0, height_px: 34_000 });
    const middle = windowOf({ ...list, scroll_px: 3400 });
    expect([middle.first, middle.end]).toEqual([98, 112]);
    expect(middle.top_px).toBe(98 * 34);
  });

  it("ends at the last row, even when scrolled too far", () => {
    const end = windowOf({ ...list, scroll_px: 1_000_000 });
    expect(end.end).toBe(1000);
    expect(end.top_px + (end.end - end.first) * 34).toBe(34_000);
  });

  it("is empty without rows", () => {
    expect(windowOf({ ...list, rows: 0 })).toEqual({ first: 0, end: 0, top_px: 0, height_px: 0 });
  });

  it("reaches every row of ten million within the tallest element that browsers draw", () => {
    const long = { ...list, rows: 10_000_000 };
    const top = windowOf(long);
    expect(top.height_px).toBe(height_max_px);
    const end = windowOf({ ...long, scroll_px: height_max_px - 340 });
    expect(end.end).toBe(10_000_000);
    for (const row of [0, 1, 4_999_999, 9_999_999]) {
      const at = windowOf({ ...long, scroll_px: scrollToRow({ ...long, scroll_px: 0 }, row) });
      expect(at.first).toBeLessThanOrEqual(row);
      expect(at.end).toBeGreaterThan(row);
    }
  });

  it("draws few rows, however long the list is", () => {
    for (const rows of [100, 1_000_000, 50_000_000]) {
      const drawn = windowOf({ ...list, rows, scroll_px: 20_000 });
      expect(drawn.end - drawn.first).toBeLessThan(16);
    }
  });

  it("keeps the same rows in sight when rows are put on top", () => {
    for (const rows of [1000, 880_000, 1_000_000, 10_000_000]) {
      for (const share of [0.1, 0.5, 0.9]) {
        const before = { ...list, rows, scroll_px: windowOf({ ...list, rows }).height_px * share };
        const scroll_px = scrollAfter(before, 7);
        const seen = windowOf(before);
        const after = windowOf({ ...list, rows: rows + 7, scroll_px });
        expect(after.first).toBe(seen.first + 7);
        // As far from the top of the window as before.
        expect(after.top_px - scroll_px).toBeCloseTo(seen.top_px - before.scroll_px, 3);
      }
    }
  });

  it("scrolls only when the row is out of sight", () => {
    expect(scrollToRow({ ...list, scroll_px: 340 }, 12)).toBe(340);
    expect(scrollToRow({ ...list, scroll_px: 340 }, 9)).toBe(306);
    expect(scrollToRow({ ...list, scroll_px: 340 }, 20)).toBe(374);
  });
});
