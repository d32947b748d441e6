// Days as a person picks them, and the moments that the log is asked with. Knows no filter.
const day_ms = 24 * 60 * 60 * 1000;

/** Midnight (UTC) of a day, or so many days after it; none for a day that is not whole. */
export function dayAfter(day: string, days: number): string | null {
  const midnight = Date.parse(`${day}T00:00:00.000Z`);
  return Number.isNaN(midnight) ? null : new Date(midnight + days * day_ms).toISOString();
}

/** The day of a moment, or so many days after it; empty without a moment. */
export function dayOf(moment: string | null, days = 0): string {
  if (moment === null) return "";
  return new Date(Date.parse(moment) + days * day_ms).toISOString().slice(0, 10);
}
