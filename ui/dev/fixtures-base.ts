// What several made-up views are made of: ages, badges, targets, lights, outcomes.
import type { Age } from "../src/backend/generated/Age";
import type { Badge } from "../src/backend/generated/Badge";
import type { OutcomeView } from "../src/backend/generated/OutcomeView";
import type { LightView } from "../src/backend/generated/LightView";
import type { StopLightView } from "../src/backend/generated/StopLightView";

export const start = Date.now();
export const ago = (seconds: number) => new Date(start - seconds * 1000).toISOString();
export const age = (seconds: number, problem: string | null = null): Age => ({
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
