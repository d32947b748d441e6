import { describe, expect, it } from "vitest";
import { draw } from "./chart";

describe("a back-test as a drawing", () => {
  it("puts every series and the limit on one scale, and the mark on its point", () => {
    const drawn = draw(
      [
        [0.999, 0.98],
        [0.999, 0.999],
      ],
      0.995,
      1,
      100,
      120,
    );
    expect(drawn.lines[0]?.paths).toEqual(["M0 10L100 110"]);
    expect(drawn.lines[1]?.paths).toEqual(["M0 10L100 10"]);
    expect(drawn.mark).toEqual({ x: 100, y: 110 });
    expect(drawn.limit_y).toBeGreaterThan(10);
    expect(drawn.limit_y).toBeLessThan(110);
  });

  it("leaves gaps where there is no data, and draws nothing from nothing", () => {
    expect(draw([[0.99, null, 0.99, 0.99]], null, null, 90, 120).lines[0]?.paths).toHaveLength(2);
    const empty = draw([[null, null], []], 0.99, 0, 90, 120);
    expect(empty).toEqual({ lines: [{ paths: [] }, { paths: [] }], limit_y: null, mark: null });
  });
});
