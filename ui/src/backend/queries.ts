// Every view that a screen may show. Screens ask here and nowhere else.
import { createQuery, keepPreviousData } from "@tanstack/svelte-query";
import { query, type QueryName } from "./door";
import type { Queries } from "./generated/api";
import type { LogArgs } from "./generated/LogArgs";
import type { LogPage } from "./generated/LogPage";
import type { Problem } from "./generated/Problem";

export { whenChanged } from "./changes";

/** A view that stays up to date while the screen is open. `args` is read again when it changes. */
export function view<N extends QueryName>(
  name: N,
  args: () => Queries[N]["args"],
  enabled: () => boolean = () => true,
  /** Shows the answer to the arguments before until there is one to these. */
  keep = false,
) {
  return createQuery<Queries[N]["answer"], Problem>(() => ({
    queryKey: [name, args()],
    queryFn: () => query(name, args()),
    enabled: enabled(),
    ...(keep ? { placeholderData: keepPreviousData } : {}),
  }));
}

/** A page of the log, not kept in the cache: the log room bounds its own pages. */
export function logPage(args: LogArgs): Promise<LogPage> {
  return query("log", args);
}
