// Which commands fit what was typed. Every word must be found; a word's beginning counts most.

export interface Command {
  id: string;
  group: string;
  label: string;
  /** More words to be found by. */
  also?: string;
  keys?: string;
  /** Why it cannot be run now. */
  whyNot?: string | null;
  run: () => void;
}

/** The commands that fit, the best first; all of them in their order when nothing was typed. */
export function fitting(commands: readonly Command[], typed: string): Command[] {
  const wanted = fold(typed)
    .split(/\s+/)
    .filter((word) => word !== "");
  if (wanted.length === 0) return [...commands];
  return commands
    .map((command, order) => ({ command, order, score: score(command, wanted) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .map((one) => one.command);
}

/** The first that can be run now; -1 when none can. */
export function firstOpen(commands: readonly Command[]): number {
  return commands.findIndex((command) => !command.whyNot);
}

function score(command: Command, wanted: string[]): number {
  const label = fold(command.label);
  const all = `${label} ${fold(command.also ?? "")} ${fold(command.group)}`;
  let sum = 0;
  for (const word of wanted) {
    if (label.startsWith(word)) sum += 4;
    else if (label.includes(` ${word}`)) sum += 3;
    else if (label.includes(word)) sum += 2;
    else if (all.includes(word)) sum += 1;
    else return 0;
  }
  return sum;
}

function fold(words: string): string {
  return words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
