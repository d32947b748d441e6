// One act of a screen: whether it runs and what went wrong. Knows no screen.
import { act, toProblem, type ActName } from "./door";
import type { Acts } from "./generated/api";
import type { Problem } from "./generated/Problem";

/** An act that a screen can run, again and again, one at a time. */
export class Act<N extends ActName> {
  busy = $state(false);
  problem = $state<Problem | null>(null);
  readonly #name: N;

  constructor(name: N) {
    this.#name = name;
  }

  /** Runs it. Answers null when it went wrong; `problem` then says why. */
  async run(args: Acts[N]["args"]): Promise<Acts[N]["answer"] | null> {
    if (this.busy) return null;
    this.busy = true;
    this.problem = null;
    try {
      return await act(this.#name, args);
    } catch (thrown) {
      this.problem = toProblem(thrown);
      return null;
    } finally {
      this.busy = false;
    }
  }
}
