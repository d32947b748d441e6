import { fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import HoldButton from "./HoldButton.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function stop(ready = true) {
  const onheld = vi.fn();
  render(HoldButton, {
    label: "Hold to stop 8.4.0 on 3 targets",
    confirmLabel: "Yes, stop 8.4.0 on 3 targets",
    ready: () => ready,
    busy: false,
    onheld,
  });
  const button = screen.getByRole("button", { name: "Hold to stop 8.4.0 on 3 targets" });
  return { button, onheld };
}

describe("the stop button", () => {
  it.each(["Enter", " "])("is held by the key %j", async (key) => {
    const { button, onheld } = stop();
    await fireEvent.keyDown(button, { key });
    await fireEvent.keyDown(button, { key, repeat: true });
    vi.advanceTimersByTime(1000);
    expect(onheld).toHaveBeenCalledOnce();
  });

  it("is held by pointer, and leaving it cancels", async () => {
    const { button, onheld } = stop();
    await fireEvent.pointerDown(button, { button: 0 });
    vi.advanceTimersByTime(900);
    await fireEvent.pointerLeave(button);
    vi.advanceTimersByTime(5000);
    expect(onheld).not.toHaveBeenCalled();
    await fireEvent.pointerDown(button, { button: 0 });
    vi.advanceTimersByTime(1000);
    expect(onheld).toHaveBeenCalledOnce();
  });

  it("does not begin by the key that was already down in the field before", async () => {
    const { button, onheld } = stop();
    await fireEvent.keyDown(button, { key: "Enter", repeat: true });
    vi.advanceTimersByTime(5000);
    expect(onheld).not.toHaveBeenCalled();
  });

  it("does not begin while something is missing", async () => {
    const { button, onheld } = stop(false);
    await fireEvent.keyDown(button, { key: "Enter" });
    vi.advanceTimersByTime(5000);
    expect(onheld).not.toHaveBeenCalled();
  });

  it("has two plain presses for whoever cannot hold", async () => {
    const { onheld } = stop();
    await fireEvent.click(screen.getByRole("button", { name: "Stop without holding" }));
    const yes = screen.getByRole("button", { name: "Yes, stop 8.4.0 on 3 targets" });
    expect(yes).toHaveFocus();
    expect(onheld).not.toHaveBeenCalled();
    await fireEvent.click(yes);
    expect(onheld).toHaveBeenCalledOnce();
  });

  it("offers the two presses to a screen reader's plain press", async () => {
    const { button, onheld } = stop();
    await fireEvent.click(button, { detail: 0 });
    expect(screen.getByRole("button", { name: "Yes, stop 8.4.0 on 3 targets" })).toHaveFocus();
    expect(onheld).not.toHaveBeenCalled();
  });
});
