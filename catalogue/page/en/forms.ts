// How English writes numbers here: a thin space between thousands, as technical prose has it.
import { formsOf } from "../forms";

export const forms = formsOf("en", { decimal: ".", group: "\u202f" });

export const { number, typed, list } = forms;

/** "1 day", "2 days". */
export function n(count: number, one: string, many: string): string {
  return `${number(count)} ${forms.plural(count, { one, other: many })}`;
}

/** A title in the middle of a sentence. */
export function lower(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
