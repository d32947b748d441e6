// Every text of the page in each of its languages. A language that lacks a text does not compile.
import { en } from "./en";
import type { Forms } from "./forms";
import type { Tag } from "./opening";

export interface Language {
  forms: Forms;
  texts: Texts;
}

/** What every language says: the texts that there are in English, in any words. */
export type Texts = Widened<typeof en.texts>;

type Widened<T> = T extends string
  ? string
  : T extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Key in keyof T]: Widened<T[Key]> };

export const languages: Record<Tag, Language> = { en };
