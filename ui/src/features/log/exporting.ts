// What an export is asked for, from what the log is narrowed to. Knows no screen.
import type { ExportArgs } from "../../backend/generated/ExportArgs";
import type { Filter } from "./pages.svelte";

/** Whether the log is narrowed by something that an export can be narrowed by, too. */
export function canNarrow(filter: Filter): boolean {
  const { person, app, from, until } = filter;
  return filter.kinds.length > 0 || [person, app, from, until].some((it) => it !== null);
}

/** What is asked: everything without a filter; the text of the redacted kinds stays here. */
export function asked(filter: Filter | null, redact_kinds: readonly string[]): ExportArgs {
  const one = (value: string | null | undefined) => (value ? [value] : []);
  return {
    through: null,
    from: filter?.from ?? null,
    until: filter?.until ?? null,
    apps: one(filter?.app),
    kinds: filter?.kinds ?? [],
    persons: one(filter?.person),
    redact_kinds: [...redact_kinds],
    redact_persons: [],
    redact_entries: [],
  };
}
