// Made-up views for looking at the page without Rust. Only for development.
import type { ActView } from "../src/backend/generated/ActView";
import type { Age } from "../src/backend/generated/Age";
import type { Badge } from "../src/backend/generated/Badge";
import type { BootView } from "../src/backend/generated/BootView";
import type { CockpitView } from "../src/backend/generated/CockpitView";
import type { FlagView } from "../src/backend/generated/FlagView";
import type { IntentView } from "../src/backend/generated/IntentView";
import type { LedgerStatus } from "../src/backend/generated/LedgerStatus";
import type { NoticeText } from "../src/backend/generated/NoticeText";
import type { PartView } from "../src/backend/generated/PartView";
import type { OutcomeView } from "../src/backend/generated/OutcomeView";
import type { PressView } from "../src/backend/generated/PressView";
import type { LightView } from "../src/backend/generated/LightView";
import type { ReleaseView } from "../src/backend/generated/ReleaseView";
import type { StopLightView } from "../src/backend/generated/StopLightView";
import type { StopSheetView } from "../src/backend/generated/StopSheetView";

const start = Date.now();
export const ago = (seconds: number) => new Date(start - seconds * 1000).toISOString();
const age = (seconds: number, problem: string | null = null): Age => ({
  at: ago(seconds),
  stale_after_ms: 60_000,
  problem,
});
export const badge = (tone: Badge["tone"], icon: Badge["icon"], words: string): Badge => ({
  tone,
  icon,
  words,
});

export const play = "google_play:com.northwind.wallet/production";
export const appStore = "app_store:1234567890/phased";
export const flagTarget = "unleash:default/production/wallet.instant_transfer";

const tried = (seconds: number): Age => ({ ...age(seconds), stale_after_ms: 43_200_000 });

/** One of each kind. */
export const lights: Record<"play" | "apple" | "flag" | "refused", LightView> = {
  play: {
    readiness: "can_stop",
    badge: badge("good", "done", "Can stop"),
    sentence:
      "Google Play took a dry run of halting 8.4.0 (edits.validate), and nothing was sent. It does not show whether other changes of the app are in review: the halt would be refused then.",
    missing: null,
    hint: null,
    age: tried(720),
  },
  apple: {
    readiness: "not_proven",
    badge: badge("wait", "unknown", "Not proven"),
    sentence:
      "The key reads 8.4.0. The App Store takes no dry run: whether the key's role may pause shows only at a real pause. 3 412 of 3 600 requests are left this hour.",
    missing: null,
    hint: "Use a key with the role App Manager (App Store Connect: Users and Access, Integrations).",
    age: tried(700),
  },
  flag: {
    readiness: "can_stop",
    badge: badge("good", "done", "Can stop"),
    sentence:
      "Unleash takes no dry run, and lists UPDATE_FEATURE_ENVIRONMENT in production among the token's permissions. Nothing was changed.",
    missing: null,
    hint: null,
    age: tried(690),
  },
  refused: {
    readiness: "cannot",
    badge: badge("bad", "alert", "Cannot stop"),
    sentence:
      "A dry run of the stop came back: The admin token lacks UPDATE_FEATURE_ENVIRONMENT in production of project default: it may read flags and not switch them.",
    missing: "UPDATE_FEATURE_ENVIRONMENT",
    hint: 'In Unleash, give the token\'s owner a project role with "Enable/disable feature flags" in this environment.',
    age: tried(690),
  },
};

export const stopLight: StopLightView = {
  readiness: "not_proven",
  badge: badge("wait", "unknown", "Not proven for 1 of 3"),
  sentence: "Whether a stop would be taken is not proven for App Store · phased release · 8.4.0.",
  targets: [
    {
      target: play,
      title: "Google Play · production · 8.4.0",
      cover: "Stores · Android",
      light: lights.play,
    },
    {
      target: appStore,
      title: "App Store · phased release · 8.4.0",
      cover: "Stores · iOS",
      light: lights.apple,
    },
    {
      target: flagTarget,
      title: "Unleash · wallet.instant_transfer",
      cover: "Switches · every platform",
      light: lights.flag,
    },
  ],
};

/** One target that would be refused. */
export const refusedLight: StopLightView = {
  readiness: "cannot",
  badge: badge("bad", "alert", "Cannot stop 1 of 2"),
  sentence: "A stop would be refused for Unleash · wallet.instant_transfer.",
  targets: [
    { ...(stopLight.targets[2] as StopLightView["targets"][0]), light: lights.refused },
    {
      target: "unleash:default/production/home.feed_v3",
      title: "Unleash · home.feed_v3",
      cover: "Switches · every platform",
      light: lights.flag,
    },
  ],
};

/** Everything would be taken. */
export const goodLight: StopLightView = {
  readiness: "can_stop",
  badge: badge("good", "done", "Can stop now"),
  sentence: "A dry run of the stop was taken on the one target, 12 min ago. Nothing was changed.",
  targets: stopLight.targets.slice(0, 1),
};

export const outcomes: OutcomeView[] = [
  {
    outcome: "confirmed",
    badge: badge("good", "done", "Confirmed · 1.31 s"),
    ms: 1310,
    before: "in progress 20 %",
    after: "halted",
    read_back: true,
    sentence:
      "Read back from Google Play: new people stop getting 8.4.0. The 412 000 who have it keep it.",
  },
  {
    outcome: "working",
    badge: badge("wait", "progress", "Sent, reading back"),
    ms: null,
    before: "active, day 3",
    after: null,
    read_back: false,
    sentence: "Automatic updates stop when it is confirmed. Manual downloads still get 8.4.0.",
  },
  {
    outcome: "queued",
    badge: badge("wait", "waiting", "Queued, not in effect"),
    ms: null,
    before: "on",
    after: null,
    read_back: false,
    sentence:
      "Unleash cannot be reached. It expires in 15 min and is checked again before it is sent.",
  },
  {
    outcome: "unknown",
    badge: badge("wait", "unknown", "Unknown, still reading"),
    ms: 10_000,
    before: "in progress 20 %",
    after: null,
    read_back: false,
    sentence:
      "The reply was lost after sending. It may be in effect; the cockpit reads until it knows.",
  },
  {
    outcome: "refused",
    badge: badge("bad", "alert", "Refused"),
    ms: 412,
    before: "on",
    after: null,
    read_back: false,
    sentence:
      "Unleash refused: the token may not change production. Nothing changed. Give it a write token.",
  },
  {
    outcome: "stale",
    badge: badge("bad", "alert", "Stale"),
    ms: 388,
    before: "in progress 20 %",
    after: null,
    read_back: false,
    sentence:
      "The rollout moved from 20 % to 50 % since you looked. Nothing was sent. Look again, then stop.",
  },
  {
    outcome: "failed",
    badge: badge("bad", "alert", "Failed"),
    ms: 940,
    before: "active, day 3",
    after: null,
    read_back: false,
    sentence: "The App Store answered that the phased release has ended. It is not paused.",
  },
  {
    outcome: "waiting",
    badge: badge("wait", "waiting", "Waits for approval"),
    ms: null,
    before: null,
    after: null,
    read_back: false,
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
    exposure: {
      now: "30 118 people in 1 h",
      now_count: 30_118,
      per_minute: "1 021 sessions a minute",
      per_minute_count: 1021,
      how: "Counted by Sentry over 1 h until 14:00:00Z; a minute is the average of that.",
      age: { ...age(840), stale_after_ms: 7_200_000 },
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
    light: lights.play,
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
    exposure: {
      now: "not known",
      now_count: null,
      per_minute: "not known",
      per_minute_count: null,
      how: "No health source counted 8.4.0 on iOS within the last day, and how many people there are is not known.",
      age: { at: null, stale_after_ms: 7_200_000, problem: null },
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
    light: null,
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
    light: null,
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
    light: lights.flag,
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
    light: lights.refused,
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

export const ledger: LedgerStatus = {
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
      proposes_stop: false,
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
  light: stopLight,
  ledger,
};

/** 8.4.0 was halted and 8.4.1 is out: people who have 8.4.0 are asked to update. */
export const leftBehind: ReleaseView = {
  ...(releases[0] as ReleaseView),
  target: "google_play:com.northwind.wallet/recovery/84012/8.4.0",
  store: "Google Play · update prompt",
  badge: badge("neutral", "progress", "Asked to update"),
  rollout: {
    label: "Devices that updated",
    fraction: 0.03,
    words: "1 200 of 40 000",
    held: false,
    detail: "of those that had 8.4.0, as Google counts",
  },
  light: null,
  note: "It only asks, and devices that updated do not go back · 8.4.1 is handed out to everybody",
  at_risk: false,
  acts: [
    act({
      verb: "recover",
      label: "Stop asking",
      name: "Stop asking: 8.4.0 on Google Play",
      desired: { to: "not_asked" },
      sentence: "Nobody who has 8.4.0 is asked any more. Devices that updated do not go back.",
    }),
  ],
};

export const calm: CockpitView = {
  ...cockpit,
  breaches: [],
  waiting: [],
  light: goodLight,
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
  light: {
    readiness: null,
    badge: badge("neutral", "idle", "Nothing to stop"),
    sentence: "Nothing rolls out that a stop would touch.",
    targets: [],
  },
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
