// Small work on words.

/** Joins what is there: "new in 8.4.0 · as of 6 s ago". */
export function dots(...parts: (string | null | undefined | false)[]): string {
  return parts.filter((part) => typeof part === "string" && part !== "").join(" · ");
}

/** Codes with their words, as what a person chooses from. */
export function choices<Code extends string>(words: Readonly<Record<Code, string>>) {
  const pairs = Object.entries(words) as [Code, string][];
  return pairs.map(([value, words]) => ({ value, words }));
}

/**
 * The name of a button for screen readers. Begins with what is written on it, so that people who
 * speak to their computer can say what they see.
 */
export function fullName(label: string, name: string): string {
  const seen = label.replace(/…$/, "").trim();
  return name.toLowerCase().includes(seen.toLowerCase()) ? name : `${seen}: ${name}`;
}
