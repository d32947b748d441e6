// A mandate as a form holds it, and back. Knows no rule: Rust says what it would mean.
import type { Mandate } from "../../backend/generated/Mandate";
import type { Role } from "../../backend/generated/Role";
import { forms } from "../../text";

const MINUTE = 60_000;

/** What is typed; numbers stay text until they are sent. */
export interface PolicyForm {
  ask: Role[];
  persons: string;
  approve: Role[];
  expiresMin: string;
  fallbackMin: string;
  fallback: Role[];
  defaultMin: string;
  glass: Role[];
}

export function formOf(mandate: Mandate): PolicyForm {
  const [quorum] = mandate.approve;
  const [fallback] = mandate.fallback;
  const inMinutes = (ms: number | null | undefined) =>
    ms === null || ms === undefined ? "" : forms.typed(ms / MINUTE);
  return {
    ask: [...mandate.ask],
    persons: String(quorum?.persons ?? 0),
    approve: [...(quorum?.roles ?? mandate.ask)],
    expiresMin: inMinutes(mandate.expires_ms),
    fallbackMin: inMinutes(fallback?.after_ms),
    fallback: [...(fallback?.roles ?? [])],
    defaultMin: inMinutes(mandate.default_after_ms),
    glass: [...mandate.break_glass],
  };
}

export function drafted(form: PolicyForm, safe: boolean): Mandate {
  const persons = Number(form.persons);
  const others = persons > 0;
  const after = minutes(form.fallbackMin);
  return {
    ask: form.ask,
    approve: others ? [{ roles: form.approve, persons }] : [],
    expires_ms: minutes(form.expiresMin) ?? 0,
    fallback: others && after !== null ? [{ after_ms: after, roles: form.fallback }] : [],
    default_after_ms: others && safe ? minutes(form.defaultMin) : null,
    break_glass: safe ? form.glass : [],
  };
}

/** Whole milliseconds; null when nothing was typed, 0 when it is no number, which Rust refuses. */
function minutes(typed: string): number | null {
  if (typed.trim() === "") return null;
  const value = Number(typed.trim().replace(",", "."));
  return Number.isFinite(value) && value > 0 ? Math.round(value * MINUTE) : 0;
}
