// A series as lines of a small drawing. Gaps in the data stay gaps.

/** The smallest range that fills the height: 0.2 percentage points of a fraction. */
const range_min = 0.002;

export interface Spark {
  /** One SVG path for each unbroken stretch. */
  paths: string[];
  /** Height of the threshold line; absent when there is none. */
  threshold_y: number | null;
  /** The newest reading. */
  last: { x: number; y: number } | null;
}

/** Lays a series out in a box of `width` by `height`. */
export function spark(
  points: readonly (number | null)[],
  threshold: number | null,
  width: number,
  height: number,
): Spark {
  const seen = points.filter((point): point is number => point !== null);
  if (seen.length === 0) return { paths: [], threshold_y: null, last: null };
  const all = threshold === null ? seen : [...seen, threshold];
  const pad = 3;
  // A flat series stays flat: noise below the smallest range is not blown up to full height.
  const middle = (Math.min(...all) + Math.max(...all)) / 2;
  const range = Math.max(Math.max(...all) - Math.min(...all), range_min);
  const y = (value: number) => pad + (0.5 - (value - middle) / range) * (height - 2 * pad);
  const step = points.length > 1 ? width / (points.length - 1) : 0;

  const paths: string[] = [];
  let open: string[] = [];
  let last: Spark["last"] = null;
  const close = () => {
    if (open.length === 1) open.push("h0.01");
    if (open.length > 0) paths.push(open.join(""));
    open = [];
  };
  points.forEach((point, index) => {
    if (point === null) return close();
    last = { x: round(index * step), y: round(y(point)) };
    open.push(`${open.length === 0 ? "M" : "L"}${last.x} ${last.y}`);
  });
  close();
  return { paths, threshold_y: threshold === null ? null : round(y(threshold)), last };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
