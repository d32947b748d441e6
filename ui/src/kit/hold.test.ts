import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Hold, hold_ms } from "./hold";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function watched() {
  const events = { began: vi.fn(), cancelled: vi.fn(), held: vi.fn() };
  return { hold: new Hold(events), events };
}

it("counts only when held for the whole second", () => {
  const { hold, events } = watched();
  hold.begin();
  vi.advanceTimersByTime(hold_ms - 1);
  expect(events.held).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(events.held).toHaveBeenCalledOnce();
  hold.release();
  expect(events.cancelled).not.toHaveBeenCalled();
});

it("is cancelled by letting go, and starts from nothing the next time", () => {
  const { hold, events } = watched();
  hold.begin();
  vi.advanceTimersByTime(hold_ms - 1);
  hold.release();
  vi.advanceTimersByTime(10 * hold_ms);
  expect(events.cancelled).toHaveBeenCalledOnce();
  expect(events.held).not.toHaveBeenCalled();
  hold.begin();
  vi.advanceTimersByTime(hold_ms - 1);
  expect(events.held).not.toHaveBeenCalled();
});

it("is one hold, however often the key repeats", () => {
  const { hold, events } = watched();
  for (let press = 0; press < 5; press += 1) {
    hold.begin();
    vi.advanceTimersByTime(hold_ms / 10);
  }
  vi.advanceTimersByTime(hold_ms);
  expect(events.began).toHaveBeenCalledOnce();
  expect(events.held).toHaveBeenCalledOnce();
});
