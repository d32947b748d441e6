// A back-test as lines of a drawing, all on one scale. Gaps in the data stay gaps.

/** The smallest range that fills the height: 0.2 percentage points of a fraction. */
const range_min = 0.002;

export interface Line {
  paths: string[];
}

export interface Drawing {
  /** One for each series. */
  lines: Line[];
  /** Height of the limit; absent when there is none. */
  limit_y: number | null;
  /** Where the marked point stands; absent when none is marked. */
  mark: { x: number; y: number } | null;
}

/** Lays series out in a box. They have the same length, and the first one carries the mark. */
export function draw(
  series: readonly (readonly (number | null)[])[],
  limit: number | null,
  marked: number | null,
  width: number,
  height: number,
): Drawing {
  const seen = series.flat().filter((point): point is number => point !== null);
  if (limit !== null && seen.length > 0) seen.push(limit);
  if (seen.length === 0)
    return { lines: series.map(() => ({ paths: [] })), limit_y: null, mark: null };
  const pad = 10;
  const low = Math.min(...seen);
  const high = Math.max(...seen);
  const middle = (low + high) / 2;
  const range = Math.max(high - low, range_min);
  const y = (value: number) => round(pad + (0.5 - (value - middle) / range) * (height - 2 * pad));
  const length = Math.max(...series.map((points) => points.length));
  const step = length > 1 ? width / (length - 1) : 0;
  const x = (place: number) => round(place * step);
  const value = marked === null ? null : (series[0]?.[marked] ?? null);
  return {
    lines: series.map((points) => ({ paths: paths(points, x, y) })),
    limit_y: limit === null ? null : y(limit),
    mark: marked === null || value === null ? null : { x: x(marked), y: y(value) },
  };
}

function paths(
  points: readonly (number | null)[],
  x: (place: number) => number,
  y: (value: number) => number,
): string[] {
  const found: string[] = [];
  let open: string[] = [];
  const close = () => {
    if (open.length === 1) open.push("h0.01");
    if (open.length > 0) found.push(open.join(""));
    open = [];
  };
  points.forEach((point, place) => {
    if (point === null) return close();
    open.push(`${open.length === 0 ? "M" : "L"}${x(place)} ${y(point)}`);
  });
  close();
  return found;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
