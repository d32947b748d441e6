// Marks on what is said, so that a test sees which letters on the screen nobody could translate:
// ⟦…⟧ around what the catalogue says, ⟪…⟫ around what Rust says. Knows no screen.

const opens = "⟦⟪";
const closes = "⟧⟫";
const letter = /\p{L}/u;

/** The texts of a language that does not exist: the English ones, each in ⟦…⟧. */
export function pretended<T>(text: T): T {
  return wrapped(text) as T;
}

function wrapped(text: unknown): unknown {
  if (typeof text === "string") return `⟦${text}⟧`;
  if (typeof text === "function") return (...values: unknown[]) => wrapped(text(...values));
  if (Array.isArray(text)) return text.map(wrapped);
  return Object.fromEntries(Object.entries(text as object).map(([key, it]) => [key, wrapped(it)]));
}

/** An answer of Rust with each of its words in ⟪…⟫; codes stay as they are and are taken down. */
export function fromRust(answer: unknown, codes: Set<string>): unknown {
  if (typeof answer === "string") {
    if (!isCode(answer)) return `⟪${answer}⟫`;
    codes.add(answer);
    return answer;
  }
  if (Array.isArray(answer)) return answer.map((it) => fromRust(it, codes));
  if (typeof answer !== "object" || answer === null || answer instanceof Promise) return answer;
  const pairs = Object.entries(answer);
  return Object.fromEntries(pairs.map(([key, it]) => [key, fromRust(it, codes)]));
}

/** Without a space and not begun with a capital: "google_play", "9f3ac71e", a moment. */
function isCode(words: string): boolean {
  return /^[^\s\p{Lu}]\S*$/u.test(words);
}

/** The words of a text that stand in no mark. */
export function unmarked(text: string): string[] {
  let depth = 0;
  let rest = "";
  for (const char of text) {
    if (opens.includes(char)) depth += 1;
    else if (closes.includes(char)) depth -= 1;
    else if (depth === 0) rest += char;
    if (depth > 0) rest += " ";
  }
  return rest.split(/[\s·]+/).filter((word) => letter.test(word));
}

/** Every text that a person sees or hears below an element, with the element that says it. */
export function said(root: Element): { by: Element; text: string }[] {
  const heard = ["aria-label", "aria-description", "aria-valuetext", "alt", "placeholder", "title"];
  return [root, ...root.querySelectorAll("*")].flatMap((by) =>
    [
      ...heard.map((name) => by.getAttribute(name)).filter((it) => it !== null),
      ...[...by.childNodes].filter((it) => it instanceof Text).map((it) => it.data),
    ].map((text) => ({ by, text })),
  );
}
