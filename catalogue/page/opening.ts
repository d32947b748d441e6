// The languages of the page, and which one it speaks. Small, because it is read before anything is
// painted; the texts themselves come later.

/** Each language with what stands on the window until its texts are read. */
export const opening = {
  en: "Opening the workspace…",
};

export type Tag = keyof typeof opening;

/**
 * The first wanted language that there is, exactly or by its first part ("de" for "de-AT"), else
 * English. What Rust says finds its language in the same way.
 */
export function chosen(wanted: readonly string[]): Tag {
  return best(Object.keys(opening) as Tag[], wanted) ?? "en";
}

export function best<T extends string>(tags: readonly T[], wanted: readonly string[]) {
  const of = (tag: string) => tags.find((it) => it.toLowerCase() === tag.toLowerCase());
  for (const tag of wanted) {
    const found = of(tag) ?? of(tag.split("-")[0] ?? "");
    if (found !== undefined) return found;
  }
  return undefined;
}
