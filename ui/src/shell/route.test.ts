import { expect, it } from "vitest";

import { landing } from "./route.svelte";

it("begins where notices are, for whoever tells customers and releases nothing", () => {
  expect(landing(true, "")).toBe("notices");
  expect(landing(false, "")).toBeNull();
  // A room that was open before a reload stays open.
  expect(landing(true, "#/log")).toBeNull();
});
