// Times in words. Knows no clock: the caller says what time it is.
import { forms, text } from "../text";
import type { Age } from "../backend/generated/Age";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A span in its largest sensible unit: "14 s", "41 min", "3 h", "2 days". */
export function span(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < minute) return text.age.seconds(Math.floor(whole / second));
  if (whole < hour) return text.age.minutes(Math.floor(whole / minute));
  if (whole < 2 * day) return text.age.hours(Math.floor(whole / hour));
  return text.age.days(Math.floor(whole / day));
}

export interface AgeWords {
  words: string;
  stale: boolean;
}

/** How old a reading is: "as of 14 s ago", "stale, 41 min old", "never read". */
export function ageWords(age: Age, now: number): AgeWords {
  const at = age.at === null ? Number.NaN : Date.parse(age.at);
  if (Number.isNaN(at)) return { words: text.age.never, stale: true };
  const old = Math.max(0, now - at);
  if (old > age.stale_after_ms) return { words: text.age.stale(span(old)), stale: true };
  return { words: text.age.fresh(span(old)), stale: false };
}

/** When something was: "2 min ago". */
export function ago(at: string, now: number): string {
  return text.age.ago(span(now - Date.parse(at)));
}

/** When something ends: "expires in 14 min", "expired". Seconds count in the last two minutes. */
export function until(at: string, now: number): string {
  const left = Date.parse(at) - now;
  if (Number.isNaN(left)) return "";
  if (left <= 0) return text.age.expired;
  if (left < 2 * minute) return text.age.expires(text.age.seconds(Math.ceil(left / second)));
  return text.age.expires(span(left));
}

/** UTC as the log shows it: "23 Nov 14:02:41". */
export function utc(at: string): string {
  const when = new Date(at);
  if (Number.isNaN(when.getTime())) return at;
  return text.age.moment(forms.moment(when));
}
