// Which rows of a very long list are drawn. Knows no DOM.

/** No browser draws an element taller than about 33.5 million pixels; stay below it. */
export const height_max_px = 30_000_000;

export interface Window {
  /** First row to draw. */
  first: number;
  /** One past the last row to draw. */
  end: number;
  /** Where the first row stands inside the scrolled element, in pixels. */
  top_px: number;
  /** Height of the scrolled element, in pixels. */
  height_px: number;
}

export interface List {
  rows: number;
  row_px: number;
  viewport_px: number;
  scroll_px: number;
  overscan?: number;
}

/** The rows in sight and a few around them. */
export function windowOf(list: List): Window {
  const { rows, row_px, viewport_px, overscan = 8 } = list;
  const full = rows * row_px;
  const height_px = Math.min(full, height_max_px);
  const scroll_px = clamp(list.scroll_px, 0, Math.max(0, height_px - viewport_px));
  const virtual = toVirtual(scroll_px, full, height_px, viewport_px);
  const first = clamp(Math.floor(virtual / row_px) - overscan, 0, Math.max(0, rows - 1));
  const end = clamp(Math.ceil((virtual + viewport_px) / row_px) + overscan, 0, rows);
  return { first, end, top_px: scroll_px - (virtual - first * row_px), height_px };
}

/** The scroll position that brings a row into sight, or the present one when it already is. */
export function scrollToRow(list: List, row: number): number {
  const { rows, row_px, viewport_px, scroll_px } = list;
  const full = rows * row_px;
  const height_px = Math.min(full, height_max_px);
  const virtual = toVirtual(scroll_px, full, height_px, viewport_px);
  const top = row * row_px;
  if (top < virtual) return fromVirtual(top, full, height_px, viewport_px);
  const bottom = top + row_px - viewport_px;
  if (bottom > virtual) return fromVirtual(bottom, full, height_px, viewport_px);
  return scroll_px;
}

/** The scroll position that keeps the same rows in sight after so many were put on top of them. */
export function scrollAfter(list: List, added: number): number {
  const { rows, row_px, viewport_px, scroll_px } = list;
  const [before, after] = [rows * row_px, (rows + added) * row_px];
  const heights = [before, after].map((full) => Math.min(full, height_max_px));
  const virtual = toVirtual(scroll_px, before, heights[0] ?? 0, viewport_px) + added * row_px;
  return fromVirtual(virtual, after, heights[1] ?? 0, viewport_px);
}

function toVirtual(scroll: number, full: number, height: number, viewport: number): number {
  return full <= height ? scroll : (scroll * (full - viewport)) / (height - viewport);
}

function fromVirtual(virtual: number, full: number, height: number, viewport: number): number {
  const kept = clamp(virtual, 0, Math.max(0, full - viewport));
  return full <= height ? kept : (kept * (height - viewport)) / (full - viewport);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
