import { expect, it } from "vitest";
import document from "../index.html?raw";
import { text } from "./text";

it("the page opens with the words that the app says while it opens", () => {
  const page = new DOMParser().parseFromString(document, "text/html");
  expect(page.querySelector("#app [role=status]")?.textContent.trim()).toBe(text.loading.boot);
});
