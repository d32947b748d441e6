// Made-up views of the decision log. Only for development.
import type { Badge } from "../src/backend/generated/Badge";
import type { EntryView } from "../src/backend/generated/EntryView";
import type { Exported } from "../src/backend/generated/Exported";
import type { LogChoicesView } from "../src/backend/generated/LogChoicesView";
import type { LogRow } from "../src/backend/generated/LogRow";
import { ago, badge, ledger } from "./fixtures";

const rowKinds: [string, string, string, string, Badge | null][] = [
  [
    "Cockpit on this laptop",
    "Effect confirmed",
    "Google Play · 8.4.0",
    "read back “halted”",
    badge("good", "done", "Confirmed"),
  ],
  [
    "You · lead",
    "Approved",
    "Stop 8.4.0",
    "Agree, the spike is real",
    badge("good", "done", "2 of 2"),
  ],
  [
    "You · lead",
    "Asked to stop",
    "Stop 8.4.0",
    "Crash on opening Transfer for accounts with a pending payment",
    badge("neutral", "waiting", "1 of 2"),
  ],
  [
    "Health rule “crash floor”",
    "Breach seen",
    "Android 8.4.0",
    "98.21 % below 99.50 % for 10 min",
    badge("bad", "alert", "Breach"),
  ],
  [
    "You · lead",
    "Raised rollout",
    "Google Play · 8.4.0",
    "10 % to 20 %, vitals flat",
    badge("good", "done", "Confirmed"),
  ],
  [
    "Cockpit on this laptop",
    "Outcome unknown",
    "App Store · 8.4.0",
    "the reply was lost",
    badge("wait", "unknown", "Unknown"),
  ],
];

export function logRow(position: number): LogRow {
  const kind = rowKinds[(position + 3) % rowKinds.length] as (typeof rowKinds)[number];
  const [who, decision, target, reason, outcome] = kind;
  return {
    position,
    id: (position * 2654435761).toString(16).padStart(16, "0").repeat(4).slice(0, 64),
    at: ago((1_000_000 - position) % 100_000),
    who,
    decision,
    target,
    reason,
    outcome,
  };
}

export const ledgerStatus = ledger;

export const logChoices: LogChoicesView = {
  kinds: [
    { value: "intent.approve", words: "Approved or rejected" },
    { value: "intent.request", words: "Asked for" },
    { value: "breach.seen", words: "Breach seen" },
    { value: "effect.result", words: "Effect result" },
  ],
  people: [
    { value: "4c9a", words: "Mara Lindqvist" },
    { value: "77ab", words: "Jonas Weber" },
  ],
  apps: [{ value: "com.northwind.wallet", words: "Northwind Wallet" }],
  outcomes: [
    { value: "confirmed", words: "Confirmed" },
    { value: "refused", words: "Refused" },
    { value: "without_force", words: "Without force" },
  ],
};

export const exported: Exported = {
  folder: "/home/mara/wallet/exports/evidence-1-to-12408",
  entries: 12408,
  told: 12408,
  redacted: 0,
  holds: true,
  verified: "12408 entries checked, every signature and link holds.",
  in_log: true,
  sums: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  allowed_signer:
    '4c9a01d2b4e6f808 namespaces="release-cockpit" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea',
  sentence:
    "Exported entries 1 to 12408 (12408 told). 12408 entries checked, every signature and link holds.",
};

export function entry(position: number): EntryView {
  return {
    row: logRow(position),
    kind: "intent.request",
    verified: badge("good", "done", "Signature and link checked"),
    verified_sentence:
      "The bytes below are the ones that this device signed, and the entry before it is the one that it names.",
    device: "laptop 4c9a",
    seq: position,
    prev: "77ab19e0c4d2f3a8b1e07c55d0a9f2c4",
    bracket:
      "Claimed 2026-11-23 10:02:11Z, provable 09:58:02Z to 10:03:40Z: its author had seen slot 811, and slot 812 admitted it.",
    facts: [
      { name: "Asked for", value: "stop 8.4.0 on 3 targets" },
      { name: "Seen", value: "in progress 20 %, read 14 s before" },
      { name: "Reason", value: "Crash on opening Transfer for accounts with a pending payment." },
    ],
    raw: '{"kind":"intent.request","seq":4101}\n{"reason":"Crash on opening Transfer"}\nsig:ed25519:9f3ac71e…',
  };
}
