import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { text } from "./text";

it("the page opens with the words that the app says while it opens", () => {
  const page = new DOMParser().parseFromString(readFileSync("index.html", "utf8"), "text/html");
  expect(page.querySelector("#app [role=status]")?.textContent.trim()).toBe(text.loading.boot);
});
