// One tick a second for every age on the page. Stops when nobody looks.
import { createSubscriber } from "svelte/reactivity";

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 1000);
  return () => clearInterval(timer);
});

/** The time now, in milliseconds; whoever reads it in a component is drawn again each second. */
export function now(): number {
  subscribe();
  return Date.now();
}
