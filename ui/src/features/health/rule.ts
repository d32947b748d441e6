// What a person writes in the editor, and the rule that it means. Knows no screen.
import type { HealthRule } from "../../backend/generated/HealthRule";
import type { Measure } from "../../backend/generated/Measure";
import { forms } from "../../text";

export interface Draft {
  name: string;
  measure: Measure;
  kind: "worse" | "below" | "above";
  /** Per cent, or percentage points of a comparison. */
  value: string;
  error: string;
  sample: string;
  age_minutes: string;
  window_minutes: string;
  outcome: "alarm" | "proposal" | "stop";
}

export type Field = "name" | "value" | "error" | "sample" | "age_minutes" | "window_minutes";

const minute_ms = 60_000;

/** What a new rule begins with. */
export function blank(outcome: Draft["outcome"]): Draft {
  return {
    name: "",
    measure: "crash_free_sessions",
    kind: "worse",
    value: forms.typed(0.5),
    error: "1",
    sample: "500",
    age_minutes: "120",
    window_minutes: "",
    outcome,
  };
}

/** A rule as it is written. */
export function draftOf(rule: HealthRule): Draft {
  const compared = rule.previous;
  return {
    name: rule.name,
    measure: rule.measure,
    kind: compared ? "worse" : (rule.comparator ?? "below"),
    value: percent(compared ? compared.worse_by_bps : rule.floor_bps),
    error: percent(compared ? compared.error_bps : 100),
    sample: String(rule.sample_min),
    age_minutes: String(rule.data_age_ms_max / minute_ms),
    window_minutes: rule.window_ms === undefined ? "" : String(rule.window_ms / minute_ms),
    outcome: rule.outcome ?? "alarm",
  };
}

/** The fields that cannot be read yet. */
export function lacking(draft: Draft): Field[] {
  const found: Field[] = [];
  if (draft.name.trim() === "") found.push("name");
  if (bps(draft.value) === null) found.push("value");
  if (draft.kind === "worse" && bps(draft.error) === null) found.push("error");
  if (whole(draft.sample) === null) found.push("sample");
  if (whole(draft.age_minutes) === null) found.push("age_minutes");
  if (draft.window_minutes.trim() !== "" && whole(draft.window_minutes) === null)
    found.push("window_minutes");
  return found;
}

/** The rule that is meant; null while something cannot be read. A name can come last. */
export function ruleOf(draft: Draft): HealthRule | null {
  if (lacking(draft).some((field) => field !== "name")) return null;
  const window = whole(draft.window_minutes);
  return {
    name: draft.name.trim(),
    measure: draft.measure,
    floor_bps: draft.kind === "worse" ? 0 : (bps(draft.value) ?? 0),
    sample_min: whole(draft.sample) ?? 0,
    data_age_ms_max: (whole(draft.age_minutes) ?? 0) * minute_ms,
    ...(draft.kind === "above" ? { comparator: "above" as const } : {}),
    ...(window === null ? {} : { window_ms: window * minute_ms }),
    ...(draft.kind === "worse"
      ? { previous: { worse_by_bps: bps(draft.value) ?? 0, error_bps: bps(draft.error) ?? 0 } }
      : {}),
    ...(draft.outcome === "alarm" ? {} : { outcome: draft.outcome }),
  };
}

/** A whole number above 0; null when it is none. */
export function whole(words: string): number | null {
  const trimmed = words.trim();
  if (!/^\d{1,9}$/.test(trimmed)) return null;
  const number = Number(trimmed);
  return number > 0 ? number : null;
}

/** Per cent in hundredths: "99.5" is 9950. Null when it is none between 0 and 100. */
export function bps(words: string): number | null {
  const found = /^(\d{1,3})(?:[.,](\d{1,2}))?$/.exec(words.trim());
  if (!found) return null;
  const number = Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0"));
  return number <= 10_000 ? number : null;
}

function percent(hundredths: number): string {
  return forms.typed(hundredths / 100);
}
