import { describe, expect, it } from "vitest";
import { grouped } from "./covers";

describe("what covers the same", () => {
  it("stands together, in the order in which it comes", () => {
    const all = ["a", "b", "a", "c"].map((cover, at) => ({ cover, at }));
    expect(grouped(all).map(([cover, them]) => [cover, them.map((it) => it.at)])).toEqual([
      ["a", [0, 2]],
      ["b", [1]],
      ["c", [3]],
    ]);
    expect(grouped([])).toEqual([]);
  });
});
