// How a language writes numbers, counts, moments and lists. The page's one door to `Intl`; knows no
// text.

/** The marks in numbers, as in the head of the language's file for what Rust says. */
export interface Marks {
  decimal: string;
  group: string;
}

/** A moment in its parts, which each language puts together: "23", "Nov", "14:02:41". */
export interface Moment {
  day: string;
  month: string;
  time: string;
}

export type Forms = ReturnType<typeof formsOf>;

/** Words for one, for many and for what else a language tells apart. */
type Plurals = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

// Digits are those of the numbers that Rust writes beside these, whatever the language's usual ones.
const latn = { numberingSystem: "latn" } as const;

export function formsOf(language: string, marks: Marks) {
  const plurals = new Intl.PluralRules(language);
  const lists = new Intl.ListFormat(language, { type: "unit" });
  const utc = { timeZone: "UTC", ...latn } as const;
  const days = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", ...utc });
  const times = new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    ...utc,
  });

  // To make one is slow, and the log writes a number in each row.
  const numbers = new Map<number | undefined, Intl.NumberFormat>();
  function numbersWith(decimals: number | undefined): Intl.NumberFormat {
    const found =
      numbers.get(decimals) ??
      new Intl.NumberFormat(language, {
        useGrouping: true,
        minimumFractionDigits: decimals ?? 0,
        maximumFractionDigits: decimals ?? 3,
        ...latn,
      });
    numbers.set(decimals, found);
    return found;
  }

  return {
    language,
    marks,

    /** "12 411", "1.5"; with exactly so many decimals when they are said: "98.20". */
    number: (value: number, decimals?: number) =>
      numbersWith(decimals)
        .formatToParts(value)
        .map(({ type, value }) => (type === "group" || type === "decimal" ? marks[type] : value))
        .join(""),

    /** Without groups, as a person types it or names a thing by it: "0.5", "4088". */
    typed: (value: number) => String(value).replace(".", marks.decimal),

    /** The words that go with a number, without the number. */
    plural: (count: number, words: Plurals) => words[plurals.select(count)] ?? words.other,

    /** Things beside each other: "Ada, Ben". */
    list: (things: readonly string[]) => lists.format(things),

    /** A moment in UTC. */
    moment: (at: Date): Moment => {
      const parts = days.formatToParts(at);
      const part = (wanted: "day" | "month") =>
        parts.find(({ type }) => type === wanted)?.value ?? "";
      return { day: part("day"), month: part("month"), time: times.format(at) };
    },
  };
}
