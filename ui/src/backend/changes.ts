// Which cached answers a change makes stale. Follows the table that Rust generates; guesses nothing.
import { QueryClient, type Query } from "@tanstack/svelte-query";
import { onChange } from "./door";
import { queryTags } from "./generated/api";
import type { Tag } from "./generated/Tag";

type Listener = (tags: readonly Tag[]) => void;
const listeners = new Set<Listener>();

/** A cache whose answers stay fresh until Rust says otherwise. */
export function makeClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        gcTime: 60_000,
        retry: false,
        // Rust answers without a network, so the browser's idea of "offline" must not hold a query back.
        networkMode: "always",
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
      },
    },
  });
}

/** Asks again exactly the queries that carry one of the tags. */
export function invalidate(client: QueryClient, tags: readonly Tag[]): void {
  void client.invalidateQueries({ predicate: (query) => isStale(query, tags) });
  askAgainAfterFirstAnswer(client, tags);
  for (const heard of listeners) heard(tags);
}

// A query that waits for its very first answer is not asked again by an invalidation, and that
// answer may be from before the change. So it is asked once more when the answer has come.
function askAgainAfterFirstAnswer(client: QueryClient, tags: readonly Tag[]): void {
  const waiting = client.getQueryCache().findAll({
    fetchStatus: "fetching",
    predicate: (query) => isStale(query, tags) && query.state.data === undefined,
  });
  for (const { queryKey, promise } of waiting) {
    const again = () => client.invalidateQueries({ queryKey, exact: true });
    void promise?.then(again, again);
  }
}

/** Follows Rust's changes for as long as the page lives. */
export async function follow(client: QueryClient): Promise<() => void> {
  return onChange((tags) => invalidate(client, tags));
}

/** Calls back when one of the tags changes; the answer stops it. */
export function whenChanged(wanted: readonly Tag[], heard: () => void): () => void {
  const listener: Listener = (tags) => {
    if (tags.some((tag) => wanted.includes(tag))) heard();
  };
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function isStale(query: Query, tags: readonly Tag[]): boolean {
  const name = query.queryKey[0];
  if (typeof name !== "string" || !(name in queryTags)) return false;
  return queryTags[name as keyof typeof queryTags].some((tag) => tags.includes(tag));
}
