// What a screen reader is told. One voice for the page, so that two rooms do not talk at once.

import { untrack } from "svelte";

class Voice {
  polite = $state("");
  urgent = $state("");
}

export const voice = new Voice();

/** Says it when the reader is done with its sentence. */
export function say(words: string): void {
  voice.polite = repeatable(
    untrack(() => voice.polite),
    words,
  );
}

/** Says it at once. For outcomes of a stop and for going offline. */
export function sayNow(words: string): void {
  voice.urgent = repeatable(
    untrack(() => voice.urgent),
    words,
  );
}

/** The same words twice are two messages; a no-break space makes the second one new. */
function repeatable(before: string, words: string): string {
  return before === words ? `${words}\u00a0` : words;
}
