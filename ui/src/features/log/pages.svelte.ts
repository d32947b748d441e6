// The log as a list of any length, of which only a few pages are kept. Knows no screen.
import type { LedgerStatus } from "../../backend/generated/LedgerStatus";
import type { LogArgs } from "../../backend/generated/LogArgs";
import type { LogPage } from "../../backend/generated/LogPage";
import type { LogRow } from "../../backend/generated/LogRow";

export const page_rows = 100;
/** Pages kept in memory at most. Twelve are 1 200 rows: several screens in each direction. */
export const pages_max = 12;
/** Pages that are read at the same time at most. */
export const reads_max = 2;

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

interface Kept {
  rows: LogRow[];
  /** The highest position that stood in the log when it was read. */
  through: number;
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
  readonly #kept = new Map<number, Kept>();
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never drawn
  readonly #reading = new Map<number, Promise<void>>();
  // Pages that could not be read since something was last wanted.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never drawn
  readonly #failed = new Set<number>();
  // What is to be in memory, as indexes: the newest wish alone counts.
  #first = 0;
  #end = 0;
  #wish = 0;
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
    return this.#kept.get(page)?.rows[index - (this.#starts[page] ?? 0)];
  }

  /** Whether an index was read and no row stands there, because it was taken out of the log. */
  isGone(index: number): boolean {
    return this.row(index) === undefined && this.#isRead(index);
  }

  /** The index of a position, when any position can be jumped to. */
  indexOf(position: number): number | null {
    const index = this.#newest - position;
    return this.#dense && index >= 0 && index < this.count ? index : null;
  }

  /**
   * Reads what is missing between two indexes, and lets go of what is far away. Ends when all of
   * it is there, when something else is wanted, or when it cannot be read. However many wishes
   * come one after the other, only a few pages are read that nobody wants any more.
   */
  async want(first: number, end: number): Promise<void> {
    // Asked again whenever something was read, or is no longer there.
    void this.#version;
    this.#wish += 1;
    const wish = this.#wish;
    this.#failed.clear();
    [this.#first, this.#end] = [first, end];
    this.#letGo();
    while (wish === this.#wish) {
      const missing = this.#missing();
      if (missing.length === 0) return;
      for (const page of missing) {
        if (this.#reading.size < reads_max) this.#begin_reading(page);
      }
      await Promise.race(this.#reading.values());
    }
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
    this.#reading.clear();
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
      this.#kept.set(0, { rows: first.rows, through: newest });
      this.#starts = [0];
      // Read again later, the first page begins where it began, whatever came since.
      this.#cursors = [newest === 0 ? null : newest + 1];
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
    const rows = this.#kept.get(block(position))?.rows ?? [];
    const guess = rows[(rows[0]?.position ?? position) - position];
    // Where a row is gone, those below it stand one further up.
    return guess?.position === position ? guess : rows.find((row) => row.position === position);
  }

  #isRead(index: number): boolean {
    const kept = this.#kept.get(this.#pageOf(index));
    if (!this.#dense) return kept !== undefined;
    const position = this.#newest - index;
    const head = this.#head.at(-1);
    return (head !== undefined && position >= head.position) || position <= (kept?.through ?? -1);
  }

  /** The wanted pages that are not there, each once. */
  #missing(): number[] {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- local
    const pages = new Set<number>();
    for (let index = this.#first; index < Math.min(this.#end, this.count); index += 1) {
      const page = this.#pageOf(index);
      if (!this.#isRead(index) && !this.#failed.has(page)) pages.add(page);
    }
    return [...pages];
  }

  #pageOf(index: number): number {
    if (this.#dense) return block(this.#newest - index);
    // Pages are full but for the last, so the guess is at most a step off.
    let page = Math.min(Math.floor(index / page_rows), this.#starts.length - 1);
    while ((this.#starts[page] ?? 0) > index && page > 0) page -= 1;
    while (page + 1 < this.#starts.length && (this.#starts[page + 1] ?? 0) <= index) page += 1;
    return page;
  }

  #begin_reading(page: number): void {
    if (this.#reading.has(page)) return;
    const reading = this.#load(page).finally(() => {
      if (this.#reading.get(page) === reading) this.#reading.delete(page);
    });
    this.#reading.set(page, reading);
  }

  async #load(page: number): Promise<void> {
    const generation = this.#generation;
    try {
      const before = this.#dense ? page * page_rows + page_rows + 1 : (this.#cursors[page] ?? null);
      const answer = await this.#ask(before);
      if (generation !== this.#generation) return;
      const through = Math.min(answer.total, (page + 1) * page_rows);
      this.#kept.set(page, { rows: answer.rows, through });
      if (!this.#dense) this.#grow(page, answer);
      this.#letGo();
      this.problem = null;
      this.#version += 1;
    } catch (thrown) {
      if (generation !== this.#generation) return;
      this.#failed.add(page);
      this.problem = thrown;
    }
  }

  /** Keeps the pages nearest to what is wanted. */
  #letGo(): void {
    if (this.#kept.size <= pages_max) return;
    const around = this.#pageOf(Math.floor((this.#first + this.#end) / 2));
    const far = [...this.#kept.keys()].sort((a, b) => Math.abs(b - around) - Math.abs(a - around));
    for (const page of far.slice(0, this.#kept.size - pages_max)) this.#kept.delete(page);
  }

  #ask(before: number | null): Promise<LogPage> {
    return this.#read({ ...this.#filter, before, limit: page_rows });
  }
}

function block(position: number): number {
  return Math.floor((position - 1) / page_rows);
}
