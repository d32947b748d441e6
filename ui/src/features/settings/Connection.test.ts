import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { settings } from "../../../dev/fixtures-people";
import type { ConnectionView } from "../../backend/generated/ConnectionView";
import { renderWithData } from "../../testing/data";
import Connection from "./Connection.svelte";

const acted = vi.fn();
beforeEach(() => {
  acted.mockReset();
  mockIPC((_, payload) => {
    const { name, args } = payload as { name: string; args: unknown };
    acted(name, args);
    if (name === "check_connection") {
      const missing = "Missing. Give it under Users and permissions.";
      return { items: [{ permission: "Release to production", ok: false, sentence: missing }] };
    }
    return { sentence: "Done." };
  });
});
afterEach(() => clearMocks());

function shown(service: string) {
  const connection = settings.connections.find((one) => one.service === service);
  renderWithData(Connection, { connection: connection as ConnectionView });
}

describe("a connection", () => {
  it("tries the kept credential without sending a secret, and names what is missing", async () => {
    shown("google_play");
    await fireEvent.click(screen.getByRole("button", { name: "Check permissions of Google Play" }));
    expect(acted).toHaveBeenCalledExactlyOnceWith("check_connection", {
      service: "google_play",
      fields: { package: "com.northwind.wallet", key: "" },
    });
    const checks = await screen.findByText("Missing. Give it under Users and permissions.");
    expect(checks.closest("li")).toHaveTextContent("Release to production");
  });

  it("shows whether stops there would be taken, and what is left of its limits", async () => {
    shown("unleash");
    const light = screen.getByTestId("connection-light");
    expect(light).toHaveAttribute("data-readiness", "cannot");
    expect(within(light).getByText("Cannot stop 1 of 2")).toBeInTheDocument();
    await fireEvent.click(
      within(light).getByRole("button", { name: "Try it now at Unleash", hidden: true }),
    );
    expect(acted).toHaveBeenCalledExactlyOnceWith("rehearse", { service: "unleash" });
  });

  it("says how much is left in words beside the bar", () => {
    shown("google_play");
    const quotas = screen.getByTestId("connection-quotas");
    expect(quotas).toHaveTextContent("2 961 of 3 000 requests each minute are left");
    expect(
      within(quotas).getByRole("meter", { name: "Google Play: 99 percent left" }),
    ).toBeVisible();
  });

  it("guides to the least permission while it is set up", async () => {
    shown("app_store");
    expect(screen.queryByTestId("connection-light")).not.toBeInTheDocument();
    await fireEvent.click(screen.getByTestId("connection-edit"));
    const guide = screen.getByTestId("connection-guide");
    expect(guide).toHaveAttribute("open");
    expect(within(guide).getAllByRole("listitem")).toHaveLength(2);
  });
});
