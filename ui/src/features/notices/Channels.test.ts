import { render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";

import { text } from "../../text";
import Channels from "./Channels.svelte";

it("says what was used of a limit, and of whom none is known", () => {
  const used = "12 of 60 requests in the last minute, the limit that it publishes";
  render(Channels, {
    channels: [
      { service: "statuspage", title: "Statuspage", why_not: null, budget: used },
      { service: "smtp", title: "E-mail", why_not: "It was not read yet.", budget: null },
    ],
  });
  const said = screen.getAllByTestId("budget").map((it) => it.textContent.trim());
  expect(said).toEqual([used, `It was not read yet. · ${text.notices.noBudget}`]);
});
