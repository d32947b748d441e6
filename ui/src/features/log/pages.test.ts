import { describe, expect, it } from "vitest";
import { ledgerStatus, logRow } from "../../../dev/fixtures-log";
import type { LogArgs } from "../../backend/generated/LogArgs";
import type { LogPage } from "../../backend/generated/LogPage";
import { everything, isNarrowed, Pages, page_rows, pages_max, reads_max } from "./pages.svelte";

/** A log of `total` entries; a filter keeps every third one. */
function log(total: number) {
  const asked: LogArgs[] = [];
  const state = { total };
  const read = (args: LogArgs): Promise<LogPage> => {
    asked.push(args);
    const limit = args.limit ?? 0;
    const rows = [];
    let at = (args.before ?? state.total + 1) - 1;
    for (; at > 0 && rows.length < limit; at -= 1) {
      if (!isNarrowed(args) || at % 3 === 0) rows.push(logRow(at));
    }
    return Promise.resolve({
      rows,
      next_before: at > 0 ? at + 1 : null,
      total: state.total,
      ledger: ledgerStatus,
    });
  };
  return { read, asked, state };
}

describe("the whole log", () => {
  it("jumps anywhere in a million rows with one read", async () => {
    const { read, asked } = log(1_000_000);
    const pages = new Pages(read);
    await pages.open(everything);
    expect(pages.count).toBe(1_000_000);
    expect(pages.row(0)?.position).toBe(1_000_000);
    await pages.want(654_321, 654_350);
    expect(pages.row(654_321)?.position).toBe(1_000_000 - 654_321);
    expect(pages.row(654_349)?.position).toBe(1_000_000 - 654_349);
    expect(asked.length).toBeLessThanOrEqual(3);
    await pages.want(999_990, 1_000_010);
    expect(pages.row(999_999)?.position).toBe(1);
    expect(pages.row(1_000_000)).toBeUndefined();
  });

  it("reads little of what was passed over, and ends where the thumb ends", async () => {
    const { read, asked } = log(1_000_000);
    const waiting: (() => void)[] = [];
    let slow = false;
    const pages = new Pages(async (args) => {
      if (slow) await new Promise<void>((go) => waiting.push(go));
      return read(args);
    });
    await pages.open(everything);
    slow = true;
    const wishes = Array.from({ length: 500 }, (_, at) => pages.want(at * 1_900, at * 1_900 + 30));
    const last = 499 * 1_900;
    const before = asked.length;
    slow = false;
    while (waiting.length > 0) waiting.shift()?.();
    await Promise.all(wishes);
    for (let at = last; at < last + 30; at += 1) {
      expect(pages.row(at)?.position).toBe(1_000_000 - at);
    }
    // Those under way when the thumb moved on, and those it came to rest at.
    expect(asked.length - before).toBeLessThanOrEqual(reads_max + 2);
    expect(pages.kept).toBeLessThanOrEqual(pages_max);
  });

  it("lands without a blank row on any jump, and back", async () => {
    const { read } = log(1_000_000);
    const pages = new Pages(read);
    await pages.open(everything);
    let seed = 7;
    for (let jump = 0; jump < 300; jump += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      const first = [0, 999_970, seed % 999_970][jump % 3] ?? 0;
      await pages.want(first, first + 30);
      for (let at = first; at < first + 30; at += 1) {
        expect(pages.row(at)?.position).toBe(1_000_000 - at);
      }
      expect(pages.kept).toBeLessThanOrEqual(pages_max);
    }
  });

  it("goes on after a page that nobody wants any more could not be read", async () => {
    const { read } = log(10_000);
    let broken = true;
    const pages = new Pages((args) =>
      broken && args.before !== null ? Promise.reject(new Error("busy")) : read(args),
    );
    await pages.open(everything);
    const passed = pages.want(5_000, 5_030);
    const wanted = pages.want(8_000, 8_030);
    await Promise.all([passed, wanted]);
    expect(pages.problem).not.toBeNull();
    broken = false;
    await pages.want(8_000, 8_030);
    expect(pages.row(8_010)?.position).toBe(10_000 - 8_010);
    expect(pages.problem).toBeNull();
  });

  it("says of an entry that was taken out that it is gone, and asks once", async () => {
    const { read, asked } = log(1_000);
    const pages = new Pages(async (args) => {
      const page = await read(args);
      return { ...page, rows: page.rows.filter((row) => row.position !== 450) };
    });
    await pages.open(everything);
    await pages.want(540, 560);
    expect(pages.row(549)?.position).toBe(451);
    expect(pages.row(551)?.position).toBe(449);
    expect([pages.row(550), pages.isGone(550)]).toEqual([undefined, true]);
    const before = asked.length;
    await pages.want(540, 560);
    expect(asked.length).toBe(before);
  });

  it("keeps a bounded number of pages, and reads again what it let go of", async () => {
    const { read } = log(1_000_000);
    const pages = new Pages(read);
    await pages.open(everything);
    for (let at = 0; at < 100_000; at += page_rows) {
      await pages.want(at, at + 30);
      expect(pages.row(at)?.position).toBe(1_000_000 - at);
      expect(pages.kept).toBeLessThanOrEqual(pages_max);
    }
    await pages.want(500, 530);
    expect(pages.row(510)?.position).toBe(1_000_000 - 510);
  });

  it("follows new entries and says how many came on top", async () => {
    const { read, state } = log(250);
    const pages = new Pages(read);
    await pages.open(everything);
    await pages.want(100, 250);
    state.total = 253;
    expect(await pages.refresh(false)).toBe(3);
    expect(pages.count).toBe(253);
    expect(pages.row(0)?.position).toBe(253);
    await pages.want(0, 253);
    const positions = Array.from({ length: 253 }, (_, at) => pages.row(at)?.position);
    expect(positions).toEqual(Array.from({ length: 253 }, (_, at) => 253 - at));
  });

  it("finds where a position stands", async () => {
    const pages = new Pages(log(250).read);
    await pages.open(everything);
    expect(pages.indexOf(250)).toBe(0);
    expect(pages.indexOf(1)).toBe(249);
    expect(pages.indexOf(251)).toBeNull();
  });

  it("is empty without entries", async () => {
    const pages = new Pages(log(0).read);
    await pages.open(everything);
    expect([pages.ready, pages.count, pages.more]).toEqual([true, 0, false]);
  });
});

describe("a search", () => {
  const search = { ...everything, search: "halted" };

  it("goes on page by page to the end", async () => {
    const { read } = log(1000);
    const pages = new Pages(read);
    await pages.open(search);
    expect([pages.found, pages.more, pages.count]).toEqual([100, true, 101]);
    while (pages.more) await pages.want(pages.count - 10, pages.count);
    expect(pages.found).toBe(333);
    expect(pages.count).toBe(333);
    expect(pages.row(332)?.position).toBe(3);
  });

  it("keeps a bounded number of pages and can go back to the first", async () => {
    const { read } = log(30_000);
    const pages = new Pages(read);
    await pages.open(search);
    while (pages.more) {
      await pages.want(pages.count - 10, pages.count);
      expect(pages.kept).toBeLessThanOrEqual(pages_max);
    }
    expect(pages.found).toBe(10_000);
    expect(pages.row(0)).toBeUndefined();
    await pages.want(0, 30);
    expect(pages.row(0)?.position).toBe(30_000);
    expect(pages.row(29)?.position).toBe(30_000 - 29 * 3);
  });

  it("shows the first page as it was, also when it is read again", async () => {
    const { read, state } = log(30_000);
    const pages = new Pages(read);
    await pages.open(search);
    const first = pages.row(0)?.position;
    for (let page = 1; page < 20; page += 1) await pages.want(pages.count - 10, pages.count);
    expect(pages.row(0)).toBeUndefined();
    state.total = 30_600;
    await pages.want(0, 30);
    expect(pages.row(0)?.position).toBe(first);
  });

  it("does not move under the reader when entries arrive", async () => {
    const { read, state } = log(1000);
    const pages = new Pages(read);
    await pages.open(search);
    const first = pages.row(0)?.position;
    state.total = 1010;
    await pages.refresh(false);
    expect(pages.newer).toBe(true);
    expect(pages.row(0)?.position).toBe(first);
    await pages.refresh(true);
    expect(pages.newer).toBe(false);
    expect(pages.row(0)?.position).toBe(1008);
  });

  it("forgets an answer that a newer search overtook", async () => {
    const { read } = log(1000);
    let release: (() => void) | undefined;
    const gate = new Promise<void>((open) => (release = open));
    const pages = new Pages(async (args) => {
      if (args.search === "slow") await gate;
      return read(args);
    });
    const slow = pages.open({ ...everything, search: "slow" });
    await pages.open(everything);
    release?.();
    await slow;
    expect(pages.count).toBe(1000);
  });
});
