// The log as a list of any length, of which only a few pages are kept. Knows no screen.
import type { LedgerStatus } from "../../backend/generated/LedgerStatus";
import type { LogArgs } from "../../backend/generated/LogArgs";
import type { LogPage } from "../../backend/generated/LogPage";
import type { LogRow } from "../../backend/generated/LogRow";

export const page_rows = 100;
/** Pages kept in memory. Twelve are 1 200 rows: several screens in each direction. */
export const pages_max = 12;

/** What the log is narrowed to. */
export type Filter = Omit<LogArgs, "before" | "limit">;

/** Narrowed to nothing: the whole log. */
export const everything: Filter = {
  search: null,
  decisions_only: false,
  kinds: [],
  person: null,
  app: null,
  outcome: null,
  from: null,
  until: null,
};

export function isNarrowed(filter: Filter): boolean {
  const { search, person, app, outcome, from, until } = filter;
  const asked = [search, person, app, outcome, from, until].some((it) => it !== null);
  return asked || filter.decisions_only || filter.kinds.length > 0;
}

type Read = (args: LogArgs) => Promise<LogPage>;

/**
 * Rows by index, newest first. Without a filter, positions are dense and any place can be jumped
 * to; with one, the pages follow each other by the key that the last one gave.
 */
export class Pages {
  /** Rows that can be scrolled to; one more than is known while there may be more. */
  count = $state(0);
  /** Rows known to match. */
  found = $state(0);
  /** Whether more may match. */
  more = $state(false);
  total = $state(0);
  ledger = $state.raw<LedgerStatus | null>(null);
  ready = $state(false);
  /** Newer entries arrived that are not shown. */
  newer = $state(false);
  problem = $state.raw<unknown>(null);
  #version = $state(0);

  readonly #read: Read;
  #filter: Filter = everything;
  #generation = 0;
  #dense = false;
  #newest = 0;
  #head: LogRow[] = [];
  // Dense: number of the block of positions. Otherwise: number of the page from the newest.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- drawn by #version
  readonly #kept = new Map<number, LogRow[]>();
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never drawn
  readonly #asked = new Set<number>();
  #cursors: (number | null)[] = [];
  #starts: number[] = [];

  constructor(read: Read) {
    this.#read = read;
  }

  /** How many pages are kept. */
  get kept(): number {
    return this.#kept.size;
  }

  /** Starts over with a filter. */
  async open(filter: Filter): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    this.#filter = filter;
    try {
      const first = await this.#ask(null);
      if (generation !== this.#generation) return;
      this.#begin(first);
    } catch (thrown) {
      if (generation === this.#generation) this.problem = thrown;
    }
  }

  /** The row at an index, when it is kept. */
  row(index: number): LogRow | undefined {
    void this.#version;
    if (this.#dense) return this.#dense_row(this.#newest - index);
    const page = this.#pageOf(index);
    return this.#kept.get(page)?.[index - (this.#starts[page] ?? 0)];
  }

  /** The index of a position, when any position can be jumped to. */
  indexOf(position: number): number | null {
    const index = this.#newest - position;
    return this.#dense && index >= 0 && index < this.count ? index : null;
  }

  /** Reads what is missing between two indexes and lets go of what is far away. */
  async want(first: number, end: number): Promise<void> {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- local
    const pages = new Set<number>();
    for (let index = first; index < Math.min(end, this.count); index += 1) {
      if (this.row(index) === undefined) pages.add(this.#pageOf(index));
    }
    this.#letGo(this.#pageOf(Math.floor((first + end) / 2)));
    await Promise.all([...pages].map((page) => this.#load(page)));
  }

  /** Follows the log: answers how many rows were put on top. */
  async refresh(at_top: boolean): Promise<number> {
    if (!this.ready) return 0;
    if (!this.#dense) {
      if (at_top) await this.open(this.#filter);
      else this.newer = true;
      return 0;
    }
    const generation = this.#generation;
    try {
      const first = await this.#ask(null);
      if (generation !== this.#generation) return 0;
      const before = this.#newest;
      this.#begin(first);
      return this.#dense ? Math.max(0, this.#newest - before) : 0;
    } catch (thrown) {
      this.problem = thrown;
      return 0;
    }
  }

  #begin(first: LogPage): void {
    const newest = first.rows[0]?.position ?? 0;
    const was_dense = this.#dense;
    this.#dense =
      !isNarrowed(this.#filter) &&
      newest === first.total &&
      first.rows.every((row, at) => row.position === newest - at);
    if (!this.#dense || !was_dense) this.#kept.clear();
    this.#asked.clear();
    this.problem = null;
    this.newer = false;
    this.total = first.total;
    this.ledger = first.ledger;
    if (this.#dense) {
      // The block that was only partly filled has grown.
      this.#kept.delete(block(this.#newest));
      this.#newest = newest;
      this.#head = first.rows;
      this.count = this.found = first.total;
      this.more = false;
    } else {
      this.#head = [];
      this.#kept.set(0, first.rows);
      this.#starts = [0];
      this.#cursors = [null];
      this.#grow(0, first);
    }
    this.ready = true;
    this.#version += 1;
  }

  #grow(page: number, answer: LogPage): void {
    const end = (this.#starts[page] ?? 0) + answer.rows.length;
    if (page === this.#starts.length - 1) {
      this.found = end;
      this.more = answer.next_before !== null;
      this.count = end + (this.more ? 1 : 0);
      if (this.more) {
        this.#starts.push(end);
        this.#cursors.push(answer.next_before);
      }
    }
  }

  #dense_row(position: number): LogRow | undefined {
    const top = this.#head[0];
    const inHead = top ? this.#head[top.position - position] : undefined;
    if (inHead) return inHead;
    const rows = this.#kept.get(block(position));
    const first = rows?.[0];
    return first ? rows[first.position - position] : undefined;
  }

  #pageOf(index: number): number {
    if (this.#dense) return block(this.#newest - index);
    // Pages are full but for the last, so the guess is at most a step off.
    let page = Math.min(Math.floor(index / page_rows), this.#starts.length - 1);
    while ((this.#starts[page] ?? 0) > index && page > 0) page -= 1;
    while (page + 1 < this.#starts.length && (this.#starts[page + 1] ?? 0) <= index) page += 1;
    return page;
  }

  async #load(page: number): Promise<void> {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    const generation = this.#generation;
    try {
      const before = this.#dense ? page * page_rows + page_rows + 1 : (this.#cursors[page] ?? null);
      const answer = await this.#ask(before);
      if (generation !== this.#generation) return;
      this.#kept.set(page, answer.rows);
      if (!this.#dense) this.#grow(page, answer);
      this.problem = null;
      this.#version += 1;
    } catch (thrown) {
      if (generation === this.#generation) this.problem = thrown;
    } finally {
      this.#asked.delete(page);
    }
  }

  #letGo(around: number): void {
    if (this.#kept.size < pages_max) return;
    const far = [...this.#kept.keys()].sort((a, b) => Math.abs(b - around) - Math.abs(a - around));
    for (const page of far.slice(0, this.#kept.size - pages_max + 2)) this.#kept.delete(page);
  }

  #ask(before: number | null): Promise<LogPage> {
    return this.#read({ ...this.#filter, before, limit: page_rows });
  }
}

function block(position: number): number {
  return Math.floor((position - 1) / page_rows);
}
