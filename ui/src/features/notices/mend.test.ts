import { describe, expect, it } from "vitest";
import { mend } from "./mend";

const BETTER = "We are working on safeguards.";

describe("mending what the linter found", () => {
  it("leaves no half of a sentence that another stands for", () => {
    const text = "Sessions: 98.24 %. This will never happen again. Thank you.";
    expect(mend(text, "will never happen", BETTER)).toBe(
      "Sessions: 98.24 %. We are working on safeguards. Thank you.",
    );
  });

  it("keeps to its line, at the beginning and at the end", () => {
    expect(mend("It will never happen\nSecond line.", "will never happen", BETTER)).toBe(
      "We are working on safeguards.\nSecond line.",
    );
    expect(mend("First line.\nIt will never happen", "will never happen", BETTER)).toBe(
      "First line.\nWe are working on safeguards.",
    );
  });

  it("takes words for words", () => {
    expect(mend("By 10:00, we hope.", "10:00", "10:30 UTC")).toBe("By 10:30 UTC, we hope.");
  });

  it("changes nothing where the words are gone", () => {
    expect(mend("All new.", "never", BETTER)).toBe("All new.");
  });
});
