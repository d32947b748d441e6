import { describe, expect, it } from "vitest";
import { languages, type Texts } from "../../catalogue/page";
import { formsOf } from "../../catalogue/page/forms";
import { best, chosen, opening } from "../../catalogue/page/opening";

const { texts, forms } = languages.en;

// What Rust says in each further language, where there is one.
const fromRust = import.meta.glob<{ decimal: string; group: string }>(
  ["../../catalogue/*.json", "!../../catalogue/texts.json"],
  { eager: true, import: "default" },
);

describe("the languages of the page", () => {
  it("are those of what Rust says, with the same marks in numbers", () => {
    const name = (path: string) => path.replace(/^.*\/|\.json$/g, "");
    const marks = Object.entries(fromRust).map(([path, { decimal, group }]) => [
      name(path),
      { decimal, group },
    ]);
    const ours = Object.entries(languages).map(([tag, { forms }]) => [tag, forms.marks]);
    const { en, ...further } = Object.fromEntries(ours);
    expect(en).toEqual({ decimal: ".", group: "\u202f" });
    expect(further).toEqual(Object.fromEntries(marks));
  });

  it("are named as they format and open with their own words", () => {
    for (const [tag, { forms, texts }] of Object.entries(languages)) {
      expect(forms.language).toBe(tag);
      expect(opening[tag as keyof typeof opening]).toBe(texts.loading.boot);
    }
  });

  it("have every text", () => {
    const { close, ...lacking } = texts;
    // @ts-expect-error A language without a text does not compile.
    const without: Texts = lacking;
    // @ts-expect-error Nor one that says a text with other values.
    const other: Texts = { ...texts, share: (percent: string) => percent };
    const whole: Texts = { ...without, ...other, close: "Schließen", share: texts.share };
    expect([close, whole.close]).toEqual(["Close", "Schließen"]);
  });
});

describe("the language that is spoken", () => {
  it("is the first that there is, exactly or by its first part", () => {
    const tags = ["en", "de", "pt-BR"];
    expect(best(tags, ["de-AT", "en"])).toBe("de");
    expect(best(tags, ["fr", "PT-br", "en"])).toBe("pt-BR");
    expect(best(tags, ["pt-PT", "en-GB"])).toBe("en");
    expect(best(tags, ["C"])).toBeUndefined();
    expect(best(tags, [])).toBeUndefined();
  });

  it("is English when there is none", () => {
    expect(chosen(["tlh"])).toBe("en");
    expect(chosen([])).toBe("en");
  });
});

describe("numbers, moments and lists", () => {
  const german = formsOf("de", { decimal: ",", group: "." });
  const at = new Date("2026-09-03T04:02:01.5Z");

  it("are written as English has them here", () => {
    expect(forms.number(1_012_411)).toBe("1\u202f012\u202f411");
    expect(forms.number(999)).toBe("999");
    expect(forms.number(1.5)).toBe("1.5");
    expect(texts.share(98.2, 2)).toBe("98.20 %");
    expect(forms.typed(0.5)).toBe("0.5");
    expect(forms.typed(1440)).toBe("1440");
    expect(texts.age.moment(forms.moment(at))).toBe("3 Sep 04:02:01");
    expect(forms.list(["Ada", "Ben", "Mina"])).toBe("Ada, Ben, Mina");
    expect(texts.age.days(1)).toBe("1 day");
    expect(texts.age.days(1200)).toBe("1\u202f200 days");
  });

  it("follow another language", () => {
    expect(german.number(1_012_411.25)).toBe("1.012.411,25");
    expect(german.number(98.2, 2)).toBe("98,20");
    expect(german.typed(0.5)).toBe("0,5");
    expect(german.moment(at)).toEqual({ day: "3", month: "Sept.", time: "04:02:01" });
    const polish = formsOf("pl", { decimal: ",", group: "\u00a0" });
    const entries = { one: "wpis", few: "wpisy", many: "wpisów", other: "wpisu" };
    expect([1, 3, 5].map((count) => polish.plural(count, entries))).toEqual([
      "wpis",
      "wpisy",
      "wpisów",
    ]);
    const arabic = formsOf("ar-EG", { decimal: ".", group: "," });
    expect([arabic.number(1234), arabic.moment(at).day]).toEqual(["1,234", "3"]);
  });
});
