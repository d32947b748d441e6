import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as well from "../../../dev/fixtures-health";
import { renderWithData } from "../../testing/data";
import Health from "./Health.svelte";

const acted = vi.fn();
const tried = vi.fn();
let view = well.health;
beforeEach(() => {
  acted.mockReset();
  tried.mockReset();
  view = well.health;
  mockIPC((command, payload) => {
    const { name, args } = payload as { name: string; args: Record<string, unknown> };
    if (command === "query" && name === "health") return view;
    if (command === "query" && name === "rule_test") {
      tried(args.rule);
      return well.tests(true);
    }
    acted(name, args);
    return { sentence: "Done.", change: "ab" };
  });
});
afterEach(() => clearMocks());

async function open() {
  const onevidence = vi.fn();
  renderWithData(Health, { onevidence });
  await screen.findByTestId("health-figures");
  return { onevidence };
}

describe("the health room", () => {
  it("says of each figure its value, threshold, sample, age and source, and what is odd", async () => {
    await open();
    const figure = screen.getAllByTestId("figure")[2];
    expect(figure).toHaveTextContent("from Sentry");
    expect(figure).toHaveTextContent("99.87 %");
    expect(figure).toHaveTextContent("412 sessions");
    expect(figure).toHaveTextContent("as of 14 min ago");
    expect(screen.getByTestId("odd")).toHaveTextContent("where 9 400 are usual");
  });

  it("says what people say in the stores, over which period and what is left out", async () => {
    view = { ...well.health, rating_problems: ["Reviews on App Store were not read. Later."] };
    await open();
    const ratings = screen.getAllByTestId("rating");
    expect(ratings).toHaveLength(2);
    expect(ratings[0]).toHaveTextContent("Reviews · from Google Play");
    expect(ratings[0]).toHaveTextContent("3.61 of 5");
    expect(ratings[0]).toHaveTextContent("74 reviews in 7 days");
    expect(ratings[0]).toHaveTextContent("1.81 below the days before");
    expect(ratings[0]).toHaveTextContent("Only reviews with text");
    expect(ratings[0]).toHaveTextContent("as of 7 min ago");
    expect(screen.getByTestId("rating-problem")).toHaveTextContent("were not read");
    expect(screen.getByTestId("health-ratings")).toHaveTextContent("they stop nothing");
  });

  it("ends a standing order with one press", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("order-end"));
    await waitFor(() =>
      expect(acted).toHaveBeenCalledWith("end_order", {
        order: "9f3ac71e",
        reason: "Ended by hand in the health room",
      }),
    );
  });

  it("opens the sealed evidence of a breach that an order followed", async () => {
    const { onevidence } = await open();
    await fireEvent.click(screen.getByRole("button", { name: "Open evidence: entry 4088" }));
    expect(onevidence).toHaveBeenCalledWith(4088);
  });

  it("tries a rule out while it is written, and sets it with a reason only", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("rule-new"));
    const editor = await screen.findByTestId("rule-editor");
    await waitFor(() => expect(tried).toHaveBeenCalled());
    const tests = await within(editor).findAllByTestId("rule-test");
    expect(tests.map((test) => test.dataset.fired)).toEqual(["true", "false"]);
    const hit = within(tests[0] as HTMLElement).getAllByRole("row", { hidden: true })[34];
    expect(hit).toHaveTextContent("would have fired");
    await fireEvent.click(screen.getByTestId("rule-go"));
    expect(screen.getByTestId("rule-name")).toBeInvalid();
    await fireEvent.input(screen.getByTestId("rule-name"), { target: { value: "half worse" } });
    await fireEvent.click(screen.getByTestId("rule-go"));
    expect(screen.getByTestId("rule-reason")).toBeInvalid();
    expect(acted).not.toHaveBeenCalled();
    await fireEvent.input(screen.getByTestId("rule-reason"), { target: { value: "calmer" } });
    await fireEvent.click(screen.getByTestId("rule-go"));
    await waitFor(() => expect(acted).toHaveBeenCalled());
    expect(acted.mock.calls[0]?.[0]).toBe("set_rule");
    expect(acted.mock.calls[0]?.[1]).toMatchObject({
      rule: { name: "half worse", previous: { worse_by_bps: 50, error_bps: 100 } },
      reason: "calmer",
    });
  });

  it("asks for a signature of an order, and lets nobody write who may not", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("order-new"));
    await screen.findByTestId("rule-editor");
    await fireEvent.input(screen.getByTestId("rule-name"), { target: { value: "tonight" } });
    await fireEvent.input(screen.getByTestId("order-hours"), { target: { value: "8" } });
    await fireEvent.input(screen.getByTestId("rule-reason"), { target: { value: "asleep" } });
    await fireEvent.click(screen.getByTestId("rule-go"));
    await waitFor(() => expect(acted).toHaveBeenCalled());
    expect(acted.mock.calls[0]).toEqual([
      "sign_order",
      expect.objectContaining({ hours: 8, fires_max: 1, platform: null, reason: "asleep" }),
    ]);
  });

  it("says why nothing can be set", async () => {
    view = { ...well.noHealth, why_not: "Ada is not product lead or responder." };
    await open();
    expect(screen.getByTestId("health-why-not")).toHaveTextContent("product lead");
    await fireEvent.click(screen.getByTestId("rule-new"));
    expect(screen.queryByTestId("rule-editor")).toBeNull();
    expect(screen.getByText("No health figure was read")).toBeInTheDocument();
  });
});
