// Made-up views of a stop and of what waits for an approval.
import type { IntentView } from "../src/backend/generated/IntentView";
import type { NoticeText } from "../src/backend/generated/NoticeText";
import type { PartView } from "../src/backend/generated/PartView";
import type { OutcomeView } from "../src/backend/generated/OutcomeView";
import type { PressView } from "../src/backend/generated/PressView";
import type { StopSheetView } from "../src/backend/generated/StopSheetView";
import {
  start,
  ago,
  age,
  badge,
  play,
  appStore,
  flagTarget,
  lights,
  outcomes,
} from "./fixtures-base";

export const stopSheet: StopSheetView = {
  app: "wallet",
  title: "Stop 8.4.0",
  version: "8.4.0",
  targets: [
    {
      target: play,
      title: "Google Play · production · 8.4.0",
      cover: "Stores · Android",
      light: lights.play,
      from: "in progress 20 %",
      to: "halted",
      sentence:
        "New people stop getting 8.4.0. The 412 000 who have it keep it. This commit also sends 3 other console changes to review.",
      selected: true,
      age: age(14),
    },
    {
      target: appStore,
      title: "App Store · phased release · 8.4.0",
      cover: "Stores · iOS",
      light: lights.apple,
      from: "active, day 3",
      to: "paused",
      sentence: "Automatic updates stop. Manual downloads still get 8.4.0.",
      selected: true,
      age: age(9),
    },
    {
      target: flagTarget,
      title: "Unleash · wallet.instant_transfer",
      cover: "Switches · every platform",
      light: lights.flag,
      from: "on",
      to: "off",
      sentence: "Covers everybody who already has 8.4.0, as soon as their app asks again.",
      selected: true,
      age: age(6),
    },
    {
      target: "unleash:default/production/home.feed_v3",
      title: "Unleash · home.feed_v3",
      cover: "Switches · every platform",
      light: lights.refused,
      from: "on for 50 %",
      to: "off",
      sentence: "Not tied to 8.4.0.",
      selected: false,
      age: age(6),
    },
  ],
  not_covered: ["People who already have 8.4.0 keep it: a stop uninstalls nothing."],
  evidence: [
    "Android 8.4.0: crash-free 98.21 % of 61 204 sessions (floor 99.50 %), 11 min, read 14 s ago",
    "iOS 8.4.0: crash-free 99.87 % of 20 118 sessions, read 9 s ago",
  ],
  proposed_reason: null,
  authority: "This workspace needs one person to stop: you.",
  why_not: null,
  offline: null,
};

export function press(step: number): PressView {
  const plain = (at: number): OutcomeView => outcomes[at] as OutcomeView;
  const done: OutcomeView[] = [
    plain(0),
    {
      ...plain(0),
      before: "active, day 3",
      after: "paused",
      read_back: true,
      sentence: "Automatic updates stopped. Manual downloads still get 8.4.0.",
    },
    {
      ...plain(0),
      badge: badge("good", "done", "Confirmed · 0.21 s"),
      ms: 212,
      before: "on",
      after: "off",
      read_back: true,
      sentence: "Read back from the client endpoint.",
    },
  ];
  return {
    press: "p1",
    title: "Stop 8.4.0",
    reason: "Crash on opening Transfer for accounts with a pending payment.",
    asked_at: ago(0),
    asked_by: "You · Product lead",
    signed_by: "ed25519 4c…9a",
    targets: stopSheet.targets.slice(0, 3).map((target, at) => ({
      target: target.target,
      intent: `i${at}`,
      title: target.title,
      from: target.from,
      to: target.to,
      outcome: step > at ? (done[at] as OutcomeView) : { ...plain(1), before: target.from },
    })),
    settled: step >= 3,
    summary: `${Math.min(step, 3)} of 3 confirmed`,
  };
}

export const everyOutcome: PressView = {
  ...press(0),
  targets: outcomes.map((outcome, at) => ({
    target: `t${at}`,
    intent: `i${at}`,
    title: `Google Play · production · 8.4.${at}`,
    from: "in progress 20 %",
    to: "halted",
    outcome,
  })),
  summary: "1 of 8 confirmed, 1 queued, 1 unknown",
};

export const intent: IntentView = {
  intent: "4c77a1d0",
  title: "Approve: resume Northwind Wallet 8.4.0 on the App Store?",
  asked_by: "you",
  asked_at: ago(41),
  expires_at: new Date(start + 14 * 60_000).toISOString(),
  needs: "you are the first of 1 who must agree",
  parts: [
    {
      intent: "4c77a1d0",
      change: {
        title: "App Store · phased release",
        from: "paused, day 3",
        to: "active, day 3",
        now: badge("wait", "alert", "moved"),
        moved:
          "Asked at 20 %, now 50 %: more people are exposed. A stop may go on, a resume may not.",
        age: age(9),
        sentence: "Automatic updates go on at day 3. The App Store sets the share itself each day.",
      },
      notice: null,
      mail: null,
    },
  ],
  reason: "The fix is behind the switch; crash-free is above its floor again.",
  evidence: ["crash-free 99.87 % of 20 118 sessions (floor 99.50 %), read 9 s before asking"],
  proof: "intent 4c77a1d0… · signs with this laptop’s key · ledger head 9f3a…c71e",
  approve_label: "Approve and sign",
  why_not: null,
};

const draftText: NoticeText = {
  title: "Transfers may fail in version 8.4.0",
  body:
    "What happened: opening Transfer can close the app in version 8.4.0.\n" +
    "What we are doing: we stopped the update at 14:02 and turned instant transfer off.\n" +
    "What we do not know yet: whether transfers begun before 14:02 were delayed.\n" +
    "Next update: by 15:02.",
  phase: "investigating",
  notify_subscribers: true,
};

/** A notice on both channels, as the approval window gets it. */
export const noticeParts: PartView[] = [
  {
    intent: "4c77a1d0",
    change: {
      title: "Statuspage",
      from: "no notice of ours",
      to: "published",
      now: badge("good", "done", "as asked"),
      moved: "",
      age: age(9),
      sentence:
        "The notice stands on the status page and its subscribers get a mail. A mail cannot be taken back.",
    },
    notice: draftText,
    mail: null,
  },
  {
    intent: "5d88b2e2",
    change: {
      title: "E-mail · 3 recipients",
      from: "no mail of ours taken",
      to: "handed to the mail server for 3 recipients",
      now: badge("good", "done", "as asked"),
      moved: "",
      age: age(9),
      sentence:
        "The mail server is asked to take it for 3 recipients; none of them sees another's address. A mail cannot be taken back, and whether it arrives cannot be observed.",
    },
    notice: draftText,
    mail: {
      from: "Northwind status <status@northwind.example>",
      to: ["anna@customer.example", "bert@customer.example", "care@partner.example"],
    },
  },
];
