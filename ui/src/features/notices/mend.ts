/**
 * Puts what the linter suggests in the place of what it found. A suggestion that is a sentence of
 * its own replaces the whole sentence, so that no half of the old one is left standing.
 */
export function mend(whole: string, words: string, instead: string): string {
  const at = whole.indexOf(words);
  if (at < 0) return whole;
  let from = at;
  let to = at + words.length;
  if (/[.!?]$/.test(instead)) {
    const before = [...whole.slice(0, at).matchAll(/[.!?]\s+|\n/g)].at(-1);
    from = before ? before.index + before[0].length : 0;
    const after = /[.!?](?=\s|$)|(?=\n)/.exec(whole.slice(to));
    to = after ? to + after.index + after[0].length : whole.length;
  }
  return whole.slice(0, from) + instead + whole.slice(to);
}
