// A press that counts only when it is held. Knows no button and no screen.

/** How long a stop is held, in milliseconds. */
export const hold_ms = 1000;

export interface HoldEvents {
  /** The hold began. */
  began(): void;
  /** It was let go too early. */
  cancelled(): void;
  /** It was held long enough. Happens once for each hold. */
  held(): void;
}

/** Times one hold. */
export class Hold {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #events: HoldEvents;
  readonly #ms: number;

  constructor(events: HoldEvents, ms: number = hold_ms) {
    this.#events = events;
    this.#ms = ms;
  }

  /** Whether it is being held. */
  get holding(): boolean {
    return this.#timer !== undefined;
  }

  /** Begins; a second begin during a hold changes nothing (key repeat). */
  begin(): void {
    if (this.holding) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#events.held();
    }, this.#ms);
    this.#events.began();
  }

  /** Lets go. */
  release(): void {
    if (!this.holding) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#events.cancelled();
  }
}
