import { expect, it } from "vitest";
import { spark } from "./spark";

it("keeps gaps as gaps", () => {
  const drawn = spark([0.99, 0.98, null, 0.97], 0.995, 120, 22);
  expect(drawn.paths).toHaveLength(2);
  expect(drawn.paths[1]).toMatch(/^M120 /);
  expect(drawn.threshold_y).toBe(3);
});

it("draws nothing where there is no data, not a line at zero", () => {
  expect(spark([null, null], 0.995, 120, 22)).toEqual({ paths: [], threshold_y: null, last: null });
  expect(spark([], null, 120, 22).paths).toEqual([]);
});

it("does not blow noise up to the full height", () => {
  const drawn = spark([0.99, 0.9901, 0.99], null, 120, 22);
  const heights = drawn.paths[0]
    ?.split(/[ML]/)
    .slice(1)
    .map((point) => Number(point.split(" ")[1]));
  expect(Math.max(...(heights ?? [])) - Math.min(...(heights ?? []))).toBeLessThan(1);
});
