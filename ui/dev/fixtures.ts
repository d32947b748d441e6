// Made-up views for looking at the page without Rust. Only for development.
import type { ActView } from "../src/backend/generated/ActView";
import type { BootView } from "../src/backend/generated/BootView";
import type { CockpitView } from "../src/backend/generated/CockpitView";
import type { FlagView } from "../src/backend/generated/FlagView";
import type { LedgerStatus } from "../src/backend/generated/LedgerStatus";
import type { OutcomeView } from "../src/backend/generated/OutcomeView";
import type { ReleaseView } from "../src/backend/generated/ReleaseView";
import {
  start,
  ago,
  age,
  badge,
  play,
  appStore,
  flagTarget,
  lights,
  stopLight,
  goodLight,
  outcomes,
} from "./fixtures-base";

export * from "./fixtures-base";
export * from "./fixtures-stop";

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
