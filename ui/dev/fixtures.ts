// Made-up views for looking at the page without Rust. Only for development.
import type { ChangeSheetView } from "../src/backend/generated/ChangeSheetView";
import type { PeopleView } from "../src/backend/generated/PeopleView";
import type { ActView } from "../src/backend/generated/ActView";
import type { Age } from "../src/backend/generated/Age";
import type { Badge } from "../src/backend/generated/Badge";
import type { BootView } from "../src/backend/generated/BootView";
import type { CockpitView } from "../src/backend/generated/CockpitView";
import type { EntryView } from "../src/backend/generated/EntryView";
import type { Exported } from "../src/backend/generated/Exported";
import type { FlagView } from "../src/backend/generated/FlagView";
import type { IntentView } from "../src/backend/generated/IntentView";
import type { LedgerStatus } from "../src/backend/generated/LedgerStatus";
import type { LogChoicesView } from "../src/backend/generated/LogChoicesView";
import type { LogRow } from "../src/backend/generated/LogRow";
import type { NoticeText } from "../src/backend/generated/NoticeText";
import type { PartView } from "../src/backend/generated/PartView";
import type { OutcomeView } from "../src/backend/generated/OutcomeView";
import type { PressView } from "../src/backend/generated/PressView";
import type { ReleaseView } from "../src/backend/generated/ReleaseView";
import type { SettingsView } from "../src/backend/generated/SettingsView";
import type { StopSheetView } from "../src/backend/generated/StopSheetView";

const start = Date.now();
export const ago = (seconds: number) => new Date(start - seconds * 1000).toISOString();
const age = (seconds: number, problem: string | null = null): Age => ({
  at: ago(seconds),
  stale_after_ms: 60_000,
  problem,
});
const badge = (tone: Badge["tone"], icon: Badge["icon"], words: string): Badge => ({
  tone,
  icon,
  words,
});

export const play = "google_play:com.northwind.wallet/production";
export const appStore = "app_store:1234567890/phased";
export const flagTarget = "unleash:default/production/wallet.instant_transfer";

export const outcomes: OutcomeView[] = [
  {
    outcome: "confirmed",
    badge: badge("good", "done", "Confirmed · 1.31 s"),
    ms: 1310,
    before: "in progress 20 %",
    after: "halted",
    sentence:
      "Read back from Google Play: new people stop getting 8.4.0. The 412 000 who have it keep it.",
  },
  {
    outcome: "working",
    badge: badge("wait", "progress", "Sent, reading back"),
    ms: null,
    before: "active, day 3",
    after: null,
    sentence: "Automatic updates stop when it is confirmed. Manual downloads still get 8.4.0.",
  },
  {
    outcome: "queued",
    badge: badge("wait", "waiting", "Queued, not in effect"),
    ms: null,
    before: "on",
    after: null,
    sentence:
      "Unleash cannot be reached. It expires in 15 min and is checked again before it is sent.",
  },
  {
    outcome: "unknown",
    badge: badge("wait", "unknown", "Unknown, still reading"),
    ms: 10_000,
    before: "in progress 20 %",
    after: null,
    sentence:
      "The reply was lost after sending. It may be in effect; the cockpit reads until it knows.",
  },
  {
    outcome: "refused",
    badge: badge("bad", "alert", "Refused"),
    ms: 412,
    before: "on",
    after: null,
    sentence:
      "Unleash refused: the token may not change production. Nothing changed. Give it a write token.",
  },
  {
    outcome: "stale",
    badge: badge("bad", "alert", "Stale"),
    ms: 388,
    before: "in progress 20 %",
    after: null,
    sentence:
      "The rollout moved from 20 % to 50 % since you looked. Nothing was sent. Look again, then stop.",
  },
  {
    outcome: "failed",
    badge: badge("bad", "alert", "Failed"),
    ms: 940,
    before: "active, day 3",
    after: null,
    sentence: "The App Store answered that the phased release has ended. It is not paused.",
  },
  {
    outcome: "waiting",
    badge: badge("wait", "waiting", "Waits for approval"),
    ms: null,
    before: null,
    after: null,
    sentence: "One person must approve it in the approval window. Nothing is in effect.",
  },
];

function act(
  more: Partial<ActView> & Pick<ActView, "verb" | "label" | "name" | "desired">,
): ActView {
  return {
    stops: false,
    why_not: null,
    sentence: "New people get 8.4.0 again, at the share that you set. Nothing is taken back.",
    needs: "You, then confirm in the approval window",
    ...more,
  };
}

function series(from: number, to: number): (number | null)[] {
  return Array.from({ length: 24 }, (_, at) => {
    if (at === 6) return null;
    const late = Math.max(0, (at - 13) / 10);
    return from + (to - from) * late * late + Math.sin(at * 1.7) * 0.0003;
  });
}

const releases: ReleaseView[] = [
  {
    target: play,
    store: "Google Play",
    platform: "Android",
    version: "8.4.0",
    build: "84012",
    badge: badge("neutral", "progress", "In progress"),
    rollout: {
      label: "Staged rollout",
      fraction: 0.2,
      words: "20 %",
      held: false,
      detail: "raised from 10 % by you, 3 h ago",
    },
    signals: [
      {
        name: "Crash-free",
        words: "98.21 %",
        tone: "bad",
        value: 0.9821,
        breach: true,
        verdict: "below the 99.50 % floor",
        threshold: 0.995,
        points: series(0.9985, 0.9821),
        sample: "61 204 sessions",
        age: age(14),
      },
      {
        name: "ANR rate",
        words: "0.21 %",
        tone: "neutral",
        value: 0.0021,
        breach: false,
        verdict: "no floor set",
        threshold: null,
        points: series(0.002, 0.0021),
        sample: "61 204 sessions",
        age: age(14),
      },
    ],
    age: age(14),
    note: "",
    at_risk: true,
    acts: [
      act({
        verb: "stop",
        label: "Halt",
        name: "Halt 8.4.0 on Google Play",
        stops: true,
        desired: { to: "stopped" },
        sentence: "New people stop getting 8.4.0. The 412 000 who have it keep it.",
        needs: "You",
      }),
      act({
        verb: "set_fraction",
        label: "Set %",
        name: "Set % 8.4.0 on Google Play",
        desired: { to: "rolling_out", fraction_bps: 5000 },
      }),
      act({
        verb: "complete",
        label: "Complete",
        name: "Complete 8.4.0 on Google Play",
        desired: { to: "complete" },
        why_not: "A signal is in breach. Complete waits until it is above its floor.",
      }),
    ],
    last_act: null,
  },
  {
    target: appStore,
    store: "App Store",
    platform: "iOS",
    version: "8.4.0",
    build: "8400.3",
    badge: badge("wait", "held", "Paused, day 3 of 7"),
    rollout: {
      label: "Phased release",
      fraction: 0.05,
      words: "5 %",
      held: true,
      detail: "day 3 of 7 · 30 days of pause left",
    },
    signals: [
      {
        name: "Crash-free",
        words: "99.87 %",
        tone: "good",
        value: 0.9987,
        breach: false,
        verdict: "above the 99.50 % floor",
        threshold: 0.995,
        points: series(0.9986, 0.9987),
        sample: "20 118 sessions",
        age: age(9),
      },
    ],
    age: age(9),
    note: "Manual downloads still get 8.4.0",
    at_risk: false,
    acts: [
      act({
        verb: "resume",
        label: "Resume",
        name: "Resume 8.4.0 on the App Store",
        desired: { to: "rolling_out", fraction_bps: null },
        sentence: "Automatic updates go on at day 3. The App Store sets the share itself each day.",
      }),
      act({
        verb: "complete",
        label: "Complete",
        name: "Complete 8.4.0 on App Store",
        desired: { to: "complete" },
      }),
    ],
    last_act: { words: "Paused by you", at: ago(131), outcome: outcomes[0] as OutcomeView },
  },
];

const flags: FlagView[] = [
  {
    target: flagTarget,
    name: "wallet.instant_transfer",
    on: false,
    badge: badge("neutral", "idle", "Off, clients read off"),
    detail: "new in 8.4.0",
    age: age(6),
    tied: true,
    act: act({
      verb: "turn_on",
      label: "Turn on…",
      name: "Turn on wallet.instant_transfer",
      desired: { to: "on" },
      sentence: "Everybody who has the app gets it as soon as their app asks again.",
    }),
    last_act: {
      words: "Turned off by you",
      at: ago(125),
      outcome: {
        ...(outcomes[0] as OutcomeView),
        badge: badge("good", "done", "Confirmed · 0.21 s"),
      },
    },
  },
  {
    target: "unleash:default/production/home.feed_v3",
    name: "home.feed_v3",
    on: true,
    badge: badge("good", "done", "On, clients read on"),
    detail: "on for 50 % · gradual",
    age: age(6),
    tied: false,
    act: act({
      verb: "turn_off",
      label: "Turn off…",
      name: "Turn off home.feed_v3",
      stops: true,
      desired: { to: "off" },
      sentence: "Everybody who has the app loses it as soon as their app asks again.",
      needs: "You",
    }),
    last_act: null,
  },
  {
    target: "unleash:default/production/auth.passkeys",
    name: "auth.passkeys",
    on: true,
    badge: badge("wait", "unknown", "On, clients not read"),
    detail: "on for everybody",
    age: age(2460, "The client endpoint did not answer within 10 s."),
    tied: false,
    act: act({
      verb: "turn_off",
      label: "Turn off…",
      name: "Turn off auth.passkeys",
      stops: true,
      desired: { to: "off" },
      why_not: "Another act on this switch is still working.",
    }),
    last_act: null,
  },
];

const ledger: LedgerStatus = {
  entries: 12408,
  badge: badge("good", "done", "Intact"),
  sentence: "12 408 entries from 1 device, every signature and link checked",
  checked_at: ago(38),
  head: "9f3a…c71e",
};

export const boot: BootView = {
  has_workspace: true,
  joining: false,
  drill_over: null,
  drill: false,
  theme: "system",
  keys_kept_in: "this computer’s keychain",
  read_only: null,
  locked: null,
  new_passphrase: false,
  lands_in_notices: false,
  version: "0.1.0",
};

export const cockpit: CockpitView = {
  now: ago(0),
  owed: [
    {
      incident: "9f3a",
      title: "Next update owed to customers",
      detail: "Problems in version 8.4.0 · every 60 min · a draft is ready",
      due: ago(-760),
      badge: badge("wait", "waiting", "due soon"),
    },
  ],
  workspace: "Northwind",
  drill: true,
  app: "wallet",
  app_name: "Northwind Wallet",
  apps: [],
  summary: "2 stores · 4 services",
  actor: "You · Product lead",
  online: {
    badge: badge("good", "done", "Online"),
    fresh: "3 of 4 services fresh",
    outbox: "Outbox empty",
    banner: null,
    services: [
      {
        service: "google_play",
        name: "Google Play",
        badge: badge("good", "done", "Answers"),
        age: age(14),
        hint: null,
      },
      {
        service: "app_store",
        name: "App Store Connect",
        badge: badge("good", "done", "Answers"),
        age: age(9),
        hint: null,
      },
      {
        service: "unleash",
        name: "Unleash",
        badge: badge("wait", "unknown", "Slow"),
        age: age(2460, "The client endpoint did not answer within 10 s."),
        hint: "Check that this laptop may reach unleash.northwind.example.",
      },
    ],
  },
  breaches: [
    {
      headline: "Android 8.4.0: crash-free sessions 98.21 %",
      detail: "below your 99.50 % floor for 11 min · 61 204 sessions",
      since: ago(660),
      age: age(14),
      version: "8.4.0",
      targets: [play],
      done: null,
      entry: 4100,
    },
  ],
  releases,
  flags,
  flags_from: "Unleash · production",
  waiting: [
    {
      intent: "4c77a1d0",
      title: "Resume 8.4.0 on the App Store",
      detail: "asked by you · needs 1 approval",
      expires_at: new Date(start + 26 * 60_000).toISOString(),
      why_not: null,
      may_break_glass: false,
    },
    {
      intent: "5d88b2e1",
      title: "Notice “Transfers may fail”",
      detail: "customer success approves",
      expires_at: new Date(start + 100_000).toISOString(),
      why_not: "Customer success approves notices; you act as product lead.",
      may_break_glass: false,
    },
  ],
  queued: [],
  drifts: [],
  stop: { version: "8.4.0", why_not: null },
  ledger,
};

export const calm: CockpitView = {
  ...cockpit,
  breaches: [],
  waiting: [],
  releases: releases.map((release) => ({ ...release, at_risk: false })),
};

export const offline: CockpitView = {
  ...cockpit,
  queued: [
    {
      intent: "7fa0",
      target: flagTarget,
      title: "Turn off wallet.instant_transfer",
      outcome: outcomes[2] as OutcomeView,
      expires_at: new Date(start + 14 * 60_000).toISOString(),
      may_break_glass: false,
    },
    {
      intent: "7fa1",
      target: play,
      title: "Stop 8.4.0 · Google Play",
      outcome: outcomes[3] as OutcomeView,
      expires_at: new Date(start + 14 * 60_000).toISOString(),
      may_break_glass: false,
    },
  ],
  online: {
    ...cockpit.online,
    badge: badge("bad", "alert", "Offline"),
    fresh: "0 of 4 services fresh",
    outbox: "1 act queued, not in effect",
    banner:
      "This laptop is offline since 14:02. You see what was last read; a stop is queued and not in effect.",
  },
  releases: releases.map((release) => ({
    ...release,
    age: age(2460, "No route to the store."),
    signals: release.signals.map((signal) => ({ ...signal, age: age(2460) })),
  })),
  drifts: [
    {
      target: play,
      headline: "Google Play · production rolls out again",
      detail: "You halted it at 14:02; at 14:05 it was read as rolling out to 50 %",
      seen_at: ago(31),
    },
  ],
};

export const empty: CockpitView = {
  ...cockpit,
  drill: false,
  app: "",
  app_name: "",
  summary: "0 stores · 0 services",
  breaches: [],
  releases: [],
  flags: [],
  flags_from: "",
  waiting: [],
  stop: { version: null, why_not: "No store is connected, so there is nothing to stop." },
};

export const stopSheet: StopSheetView = {
  app: "wallet",
  title: "Stop 8.4.0",
  version: "8.4.0",
  targets: [
    {
      target: play,
      title: "Google Play · production · 8.4.0",
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
      from: "active, day 3",
      to: "paused",
      sentence: "Automatic updates stop. Manual downloads still get 8.4.0.",
      selected: true,
      age: age(9),
    },
    {
      target: flagTarget,
      title: "Unleash · wallet.instant_transfer",
      from: "on",
      to: "off",
      sentence: "Covers everybody who already has 8.4.0, as soon as their app asks again.",
      selected: true,
      age: age(6),
    },
    {
      target: "unleash:default/production/home.feed_v3",
      title: "Unleash · home.feed_v3",
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
      sentence: "Automatic updates stopped. Manual downloads still get 8.4.0.",
    },
    {
      ...plain(0),
      badge: badge("good", "done", "Confirmed · 0.21 s"),
      ms: 212,
      before: "on",
      after: "off",
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

export const settings: SettingsView = {
  workspace: "Northwind",
  drill: false,
  connections: [
    {
      service: "google_play",
      name: "Google Play",
      purpose: "Reads and halts rollouts on Android.",
      badge: badge("good", "done", "Connected"),
      fields: [
        {
          key: "package",
          label: "Package name",
          hint: "As in the Play Console, such as com.northwind.wallet.",
          secret: false,
          multiline: false,
          optional: false,
          value: "com.northwind.wallet",
        },
        {
          key: "key",
          label: "Service account key",
          hint: "The JSON file of a service account that only the cockpit uses.",
          secret: true,
          multiline: true,
          optional: false,
          value: "",
        },
      ],
      checks: [
        {
          permission: "View app information",
          ok: true,
          sentence: "The production track was read.",
        },
        {
          permission: "Release to production",
          ok: false,
          sentence: "Missing. Grant it in the Play Console under Users and permissions.",
        },
      ],
      checked_at: ago(320),
      least_permission: "“Release to production, exclude devices” on this one app.",
    },
    {
      service: "app_store",
      name: "App Store Connect",
      purpose: "Reads and pauses phased releases on iOS.",
      badge: badge("neutral", "idle", "Not connected"),
      fields: [
        {
          key: "issuer",
          label: "Issuer ID",
          hint: "Users and Access, Integrations.",
          secret: false,
          multiline: false,
          optional: false,
          value: "",
        },
        {
          key: "key_id",
          label: "Key ID",
          hint: "",
          secret: false,
          multiline: false,
          optional: false,
          value: "",
        },
        {
          key: "key",
          label: "Private key",
          hint: "The .p8 file.",
          secret: true,
          multiline: true,
          optional: false,
          value: "",
        },
        {
          key: "app",
          label: "App",
          hint: "The Apple ID of the app.",
          secret: false,
          multiline: false,
          optional: true,
          value: "",
        },
      ],
      checks: [],
      checked_at: null,
      least_permission: "The role App Manager on this one app.",
    },
    {
      service: "unleash",
      name: "Unleash",
      purpose: "Turns kill switches off and reads them back as clients do.",
      badge: badge("wait", "unknown", "Slow"),
      fields: [
        {
          key: "url",
          label: "Address",
          hint: "https://…",
          secret: false,
          multiline: false,
          optional: false,
          value: "https://unleash.northwind.example",
        },
        {
          key: "token",
          label: "Admin token",
          hint: "",
          secret: true,
          multiline: false,
          optional: false,
          value: "",
        },
      ],
      checks: [],
      checked_at: null,
      least_permission: "Update feature environments in production.",
    },
  ],
  rules: [{ sentence: "Crash-free sessions below 99.50 % for 10 min with at least 500 sessions" }],
  theme: "system",
  keys_kept_in: "this computer’s keychain",
  folder: "/home/you/.local/share/release-cockpit/northwind",
};

const stops = {
  ask: ["product_lead" as const, "responder" as const],
  approve: [{ roles: ["customer_success" as const], persons: 1 }],
  expires_ms: 1_800_000,
  fallback: [{ after_ms: 600_000, roles: ["responder" as const] }],
  default_after_ms: 1_200_000,
  break_glass: ["product_lead" as const],
};
const alone = {
  ask: ["product_lead" as const],
  approve: [],
  expires_ms: 1_800_000,
  fallback: [],
  default_after_ms: null,
  break_glass: [],
};

export const people: PeopleView = {
  people: [
    {
      id: "ada",
      name: "Ada",
      you: true,
      roles: ["administrator", "product_lead"],
      roles_words: "Administrator, product lead",
      devices: [
        {
          id: "4c1f2a3b4c5d9a02",
          title: "This laptop · 4c1f…9a02",
          detail: "since entry 1",
          here: true,
          signs: true,
          revoke_why_not: "No administrator would be left who can sign.",
        },
      ],
      remove_why_not: "No administrator would be left who can sign.",
    },
    {
      id: "mina",
      name: "Mina",
      you: false,
      roles: ["administrator", "customer_success"],
      roles_words: "Administrator, customer success",
      devices: [
        {
          id: "77aa2a3b4c5d11fe",
          title: "work laptop · 77aa…11fe",
          detail: "since entry 40",
          here: false,
          signs: true,
          revoke_why_not: null,
        },
        {
          id: "0b1c2a3b4c5d22ee",
          title: "old laptop · 0b1c…22ee",
          detail: "revoked at 09:14:02Z: lost on a train",
          here: false,
          signs: false,
          revoke_why_not: "This device can sign nothing already.",
        },
      ],
      remove_why_not: null,
    },
  ],
  former: ["Ben"],
  roles: [
    { role: "administrator", name: "Administrator", sentence: "Changes people and policy." },
    { role: "product_lead", name: "Product lead", sentence: "Stops and resumes." },
    { role: "customer_success", name: "Customer success", sentence: "Approves notices." },
    { role: "responder", name: "Responder", sentence: "On call: stops." },
    { role: "auditor", name: "Auditor", sentence: "Sees everything and exports it." },
  ],
  requests: [
    {
      request: "c".repeat(64),
      name: "Jonas",
      device_name: "travel laptop",
      asked_at: ago(90),
      words: ["copper", "lantern", "otter", "velvet", "plum", "harbor"],
      warning: null,
      roles: ["responder"],
    },
  ],
  invites: [],
  proposals: [
    {
      proposal: "d".repeat(64),
      title: "Change of the policy · Resume a rollout",
      detail: "product lead asks; 1 product lead agrees; expires after 30 min",
      agreed: "Agreed by Mina; 1 more of you must agree",
      expires_at: ago(-86_400),
      why_not: null,
    },
  ],
  threshold: {
    sentence: "2 of 3 administrators must agree on people and policy.",
    administrators: 2,
    min: 2,
    max: 3,
  },
  policy: [
    {
      act: "stop",
      title: "Stop a rollout",
      sentence:
        "Needs you, and 1 of customer success: Mina. It expires 30 min after it was asked for. " +
        "After 10 min Jonas may agree instead. When nobody has judged it after 20 min, the stop goes on.",
      mandate: stops,
      safe: true,
      problem: null,
    },
    {
      act: "resume",
      title: "Resume a rollout",
      sentence:
        "Needs you, and then your approval in the approval window. It expires 30 min after it was asked for.",
      mandate: alone,
      safe: false,
      problem: null,
    },
    {
      act: "publish",
      title: "Publish a notice",
      sentence: "Needs you, and the approval of Mina. It expires 10 min after it was asked for.",
      mandate: alone,
      safe: false,
      problem: null,
    },
  ],
  history: [
    {
      position: 40,
      at: ago(86_400),
      title: "Admission of a person · request 91ab…3f00",
      detail: "Administrator, customer success",
      by: "agreed by you",
    },
  ],
  reviews: [
    {
      review: "40-new_device",
      title: "A new device",
      sentence: "Mina joined with a new device.",
      at: ago(86_400),
      position: 40,
      why_not: null,
    },
  ],
  why_not: null,
};

export const changeSheet: ChangeSheetView = {
  title: "Change of the policy · Stop a rollout",
  facts: [
    { name: "Until now", value: "Needs you. It expires 15 min after it was asked for." },
    {
      name: "From here on",
      value:
        "Needs you, and 1 of customer success: Mina. It expires 30 min after it was asked for.",
    },
  ],
  needs: "It waits until 2 administrators agree; you are the first.",
  proof: "signs with this laptop's key · ledger head 9f3a…c71e",
  why_not: null,
};
