import { render } from "@testing-library/svelte";
import type { Component } from "svelte";
import WithData from "./WithData.svelte";

/** Renders a component that asks for views. */
export function renderWithData<P extends Record<string, unknown>>(what: Component<P>, props: P) {
  return render(WithData as Component<{ what: Component<P>; props: P }>, {
    props: { what, props },
  });
}
