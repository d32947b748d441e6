import { expect, test } from "vitest";
import type { Mandate } from "../../backend/generated/Mandate";
import { drafted, formOf } from "./mandate";

const whole: Mandate = {
  ask: ["product_lead"],
  approve: [{ roles: ["customer_success"], persons: 2 }],
  expires_ms: 900_000,
  fallback: [{ after_ms: 300_000, roles: ["responder"] }],
  default_after_ms: 600_000,
  break_glass: ["product_lead"],
};

test("a mandate comes back from its form as it was", () => {
  expect(drafted(formOf(whole), true)).toEqual(whole);
});

test("what exposes people has neither a default nor a glass to break", () => {
  const made = drafted(formOf(whole), false);
  expect(made.default_after_ms).toBeNull();
  expect(made.break_glass).toEqual([]);
});

test("alone, nobody takes over and nothing goes on by itself", () => {
  const made = drafted({ ...formOf(whole), persons: "0" }, true);
  expect([made.approve, made.fallback, made.default_after_ms]).toEqual([[], [], null]);
});

test("what is no number is sent as none, so that it is refused", () => {
  expect(drafted({ ...formOf(whole), expiresMin: "soon" }, true).expires_ms).toBe(0);
  expect(drafted({ ...formOf(whole), expiresMin: "1,5" }, true).expires_ms).toBe(90_000);
});
