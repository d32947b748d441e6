/** Puts together what covers the same, in the order in which it comes. */
export function grouped<T extends { cover: string }>(all: readonly T[]): [string, T[]][] {
  const groups: [string, T[]][] = [];
  for (const one of all) {
    const group = groups.find(([cover]) => cover === one.cover);
    if (group) group[1].push(one);
    else groups.push([one.cover, [one]]);
  }
  return groups;
}
