import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { people } from "../../../dev/fixtures-people";
import type { DeviceView } from "../../backend/generated/DeviceView";
import type { RequestView } from "../../backend/generated/RequestView";
import { renderWithData } from "../../testing/data";
import Compromised from "./Compromised.svelte";
import Request from "./Request.svelte";
import Threshold from "./Threshold.svelte";

const acted = vi.fn();
beforeEach(() => {
  acted.mockReset();
  mockIPC((_, payload) => {
    const { name, args } = payload as { name: string; args: unknown };
    acted(name, args);
    return { change: "c1", sentence: "It waits for a signature." };
  });
});
afterEach(() => clearMocks());

const request = people.requests[0] as RequestView;
const open = (props: Partial<RequestView> = {}) =>
  renderWithData(Request, {
    request: { ...request, ...props },
    people: people.people,
    roles: people.roles,
    whyNot: null,
  });

describe("a request to join", () => {
  it("shows six words one by one and admits with the chosen roles", async () => {
    open();
    expect(screen.getAllByRole("listitem").filter((it) => it.closest("ol"))).toHaveLength(6);
    await fireEvent.click(screen.getByRole("checkbox", { name: "Product lead" }));
    await fireEvent.click(screen.getByTestId("request-admit"));
    expect(acted).toHaveBeenCalledWith("propose", {
      change: {
        what: "admit",
        request: request.request,
        person: null,
        roles: ["product_lead", ...request.roles],
      },
    });
  });

  it("can be another device of a person, whose roles stay", async () => {
    open();
    await fireEvent.change(screen.getByTestId("request-whose"), { target: { value: "mina" } });
    expect(screen.queryByTestId("request-role")).toBeNull();
    await fireEvent.click(screen.getByTestId("request-admit"));
    expect(acted).toHaveBeenCalledWith("propose", {
      change: { what: "admit", request: request.request, person: "mina", roles: [] },
    });
  });

  it("with a wrong code cannot be admitted and says why", async () => {
    open({ warning: "The code is not the one of the invitation." });
    const admit = screen.getByTestId("request-admit");
    expect(admit).toHaveAttribute("aria-disabled", "true");
    await fireEvent.click(admit);
    expect(acted).not.toHaveBeenCalled();
    expect(screen.getByRole("alert")).toHaveTextContent("The code is not the one");
  });
});

describe("the threshold", () => {
  it("is chosen among what is possible", async () => {
    const threshold = { sentence: "2 of 3 must agree.", administrators: 2, min: 2, max: 3 };
    renderWithData(Threshold, { threshold, whyNot: null });
    await fireEvent.click(screen.getByTestId("threshold-edit"));
    await fireEvent.click(screen.getByRole("radio", { name: "3 must agree" }));
    await fireEvent.click(screen.getByTestId("threshold-go"));
    expect(acted).toHaveBeenCalledWith("propose", {
      change: { what: "threshold", administrators: 3 },
    });
  });

  it("has no button where there is no choice", () => {
    const threshold = { sentence: "You decide alone.", administrators: 1, min: 1, max: 1 };
    renderWithData(Threshold, { threshold, whyNot: null });
    expect(screen.queryByTestId("threshold-edit")).toBeNull();
  });
});

describe("a device in other hands", () => {
  it("needs a reason and the last entry that is believed", async () => {
    const device = people.people[1]?.devices[0] as DeviceView;
    renderWithData(Compromised, { device, whyNot: null });
    await fireEvent.click(screen.getByTestId("device-compromised"));
    const form = screen.getByTestId("device-compromised-form");
    await fireEvent.input(screen.getByLabelText("Why"), { target: { value: "stolen" } });
    await fireEvent.submit(form);
    expect(acted).not.toHaveBeenCalled();
    const from = screen.getByTestId("compromised-from");
    expect(from).toHaveAttribute("aria-invalid", "true");
    await fireEvent.input(from, { target: { value: "41" } });
    await fireEvent.submit(form);
    expect(acted).toHaveBeenCalledWith("propose", {
      change: { what: "compromised", device: device.id, from: 41, reason: "stolen" },
    });
  });
});
