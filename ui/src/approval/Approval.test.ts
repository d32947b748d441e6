import { mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import * as made from "../../dev/fixtures";
import type { IntentView } from "../backend/generated/IntentView";
import Approval from "./Approval.svelte";

const approved = vi.fn();
let intent: IntentView = made.intent;
beforeEach(() => {
  approved.mockReset();
  intent = made.intent;
  mockIPC(
    (command, payload) => {
      const { name, args } = payload as { name: string; args: unknown };
      if (command === "query") return name === "boot" ? made.boot : intent;
      approved(command, name, args);
      return { sentence: "Approved and signed." };
    },
    { shouldMockEvents: true },
  );
});

async function open() {
  render(Approval, { intent: "4c77a1d0" });
  return screen.findByRole("heading", { level: 1, name: made.intent.title });
}

describe("the approval window", () => {
  it("starts on its heading, so that Enter approves nothing", async () => {
    const heading = await open();
    await waitFor(() => expect(heading).toHaveFocus());
    await fireEvent.keyDown(heading, { key: "Enter" });
    await fireEvent.keyUp(heading, { key: "Enter" });
    expect(approved).not.toHaveBeenCalled();
  });

  it("approves by its button and shows the answer", async () => {
    await open();
    await fireEvent.click(screen.getByRole("button", { name: "Approve and sign" }));
    expect(approved).toHaveBeenCalledExactlyOnceWith("approve", "approve", {
      intent: "4c77a1d0",
      also: [],
    });
    expect(await screen.findByText("Approved and signed.")).toBeInTheDocument();
  });

  it("rejects only with a reason", async () => {
    await open();
    await fireEvent.click(screen.getByRole("button", { name: "Reject…" }));
    await fireEvent.click(screen.getByRole("button", { name: "Reject" }));
    expect(approved).not.toHaveBeenCalled();
    const reason = screen.getByLabelText("Why do you reject it?");
    expect(reason).toBeInvalid();
    await fireEvent.input(reason, { target: { value: "Too early" } });
    await fireEvent.click(screen.getByRole("button", { name: "Reject" }));
    expect(approved).toHaveBeenCalledExactlyOnceWith("approve", "reject", {
      intent: "4c77a1d0",
      also: [],
      reason: "Too early",
    });
  });

  it("shows each channel word for word and signs what is shown, nothing else", async () => {
    intent = { ...made.intent, parts: made.noticeParts };
    await open();
    const shown = screen.getAllByTestId("intent-notice");
    expect(shown).toHaveLength(2);
    for (const part of shown) expect(part).toHaveTextContent("Next update: by 15:02.");
    expect(shown[1]).toHaveTextContent("From: Northwind status <status@northwind.example>");
    expect(shown[1]).toHaveTextContent("anna@customer.example, bert@customer.example");
    await fireEvent.click(screen.getByRole("button", { name: "Approve and sign" }));
    expect(approved).toHaveBeenCalledExactlyOnceWith("approve", "approve", {
      intent: "4c77a1d0",
      also: ["5d88b2e2"],
    });
  });

  it("does not approve when this person may not, and says why", async () => {
    intent = { ...made.intent, why_not: "You asked for it; another person must agree." };
    await open();
    const button = screen.getByRole("button", { name: "Approve and sign" });
    expect(button).toHaveAttribute("aria-disabled", "true");
    expect(button).toHaveAccessibleDescription(/another person must agree/);
    await fireEvent.click(button);
    expect(approved).not.toHaveBeenCalled();
  });

  it("does not approve what expired", async () => {
    intent = { ...made.intent, expires_at: made.ago(1) };
    await open();
    await fireEvent.click(screen.getByRole("button", { name: "Approve and sign" }));
    expect(approved).not.toHaveBeenCalled();
    expect(screen.getByTestId("approval-why-not")).toHaveTextContent("expired");
  });
});
