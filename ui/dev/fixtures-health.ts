// Made-up views of figures, rules and standing orders. Only for development.
import type { HealthSignalView } from "../src/backend/generated/HealthSignalView";
import type { HealthView } from "../src/backend/generated/HealthView";
import type { RuleTestsView } from "../src/backend/generated/RuleTestsView";
import type { TestPointView } from "../src/backend/generated/TestPointView";
import { ago, badge } from "./fixtures";

const age = (seconds: number) => ({ at: ago(seconds), stale_after_ms: 7_200_000, problem: null });

function figure(
  title: string,
  value: number | null,
  more: Partial<HealthSignalView["signal"]> = {},
  odd: string[] = [],
): HealthSignalView {
  return {
    title,
    source: "Sentry",
    odd,
    said: [],
    signal: {
      name: "Crash-free sessions",
      words: value === null ? "no data" : `${(value * 100).toFixed(2)} %`,
      value,
      breach: false,
      tone: "good",
      verdict: "above the 99.50 % floor",
      threshold: 0.995,
      points: Array.from({ length: 24 }, (_, at) =>
        value === null || at === 6 ? null : 0.998 + (value - 0.998) * Math.max(0, (at - 14) / 9),
      ),
      sample: "61 204 sessions",
      age: age(840),
      ...more,
    },
  };
}

export const health: HealthView = {
  now: ago(0),
  why_not: null,
  signals: [
    figure("Android 8.4.0", 0.9821, {
      tone: "bad",
      breach: true,
      verdict: "below the 99.50 % floor",
    }),
    figure("Android 8.4.0", 0.9788, {
      name: "Crash-free users",
      tone: "neutral",
      verdict: "no floor set",
      threshold: null,
      sample: "35 490 people",
    }),
    figure(
      "iOS 8.4.0",
      0.9987,
      { sample: "412 sessions", tone: "wait", verdict: "only 412 sessions, too few to judge" },
      [
        "iOS 8.4.0: 412 sessions in the newest interval, where 9 400 are usual. Data may be missing.",
      ],
    ),
    figure("Android 8.3.2", 0.9982, { sample: "152 003 sessions" }),
    figure("iOS 8.3.2", null, {
      tone: "wait",
      verdict: "no data, which is not the same as healthy",
      sample: "no sessions",
      age: age(90_000),
    }),
  ],
  ratings: [
    {
      title: "Android 8.4.0",
      source: "Google Play",
      stars: "3.61 of 5",
      sample: "74 reviews in 7 days",
      trend: "newest day 2.48, 1.81 below the days before",
      tone: "wait",
      points: [null, null, null, null, 4.32, 4.27, 2.48],
      limits:
        "Only reviews with text, of production, written or changed in the last week; stars without words are not told.",
      age: { ...age(420), stale_after_ms: 3_600_000 },
    },
    {
      title: "iOS, all versions",
      source: "App Store",
      stars: "4.31 of 5",
      sample: "168 reviews in 7 days",
      trend: "newest day 4.28, as the days before",
      tone: "neutral",
      points: [4.3, 4.4, 4.2, 4.3, 4.4, 4.3, 4.28],
      limits: "Only reviews with text, written in the last week; stars without words are not told.",
      age: { ...age(420), stale_after_ms: 3_600_000 },
    },
  ],
  rating_problems: [],
  rules: [
    {
      name: "crash floor",
      sentence:
        "Crash-free sessions: breached below 99.50 % with at least 500 sessions in the newest interval; data older than 2 h cannot trigger it.",
      leads_to: "the proposal of a stop",
      order: null,
      rule: {
        name: "crash floor",
        measure: "crash_free_sessions",
        floor_bps: 9950,
        sample_min: 500,
        data_age_ms_max: 7_200_000,
        outcome: "proposal",
      },
      states: [
        {
          title: "Android 8.4.0 · Sentry",
          badge: badge("bad", "alert", "Breached"),
          value: "98.21 %",
          threshold: "below 99.50 %",
          sample: "61 204 sessions in the newest interval; 500 are needed",
          age: age(840),
          why: "Below your 99.50 % floor",
        },
        {
          title: "iOS 8.4.0 · Sentry",
          badge: badge("wait", "unknown", "Cannot judge"),
          value: "99.87 %",
          threshold: "below 99.50 %",
          sample: "412 sessions in the newest interval; 500 are needed",
          age: age(840),
          why: "Only 412 sessions, too few to judge",
        },
        {
          title: "Android 8.3.2 · Sentry",
          badge: badge("good", "done", "Armed"),
          value: "99.82 %",
          threshold: "below 99.50 %",
          sample: "152 003 sessions in the newest interval; 500 are needed",
          age: age(840),
          why: "",
        },
      ],
    },
    {
      name: "half a point worse",
      sentence:
        "Crash-free sessions: breached when worse than the release before by 0.50 points, with at least 500 sessions, and wrong for at most 1.00 % of releases that are no worse; data older than 2 h cannot trigger it.",
      leads_to: "a stop under a standing order",
      order: "9f3ac71e",
      rule: {
        name: "half a point worse",
        measure: "crash_free_sessions",
        floor_bps: 0,
        sample_min: 500,
        data_age_ms_max: 7_200_000,
        previous: { worse_by_bps: 50, error_bps: 100 },
        outcome: "stop",
      },
      states: [
        {
          title: "Android 8.4.0 · Sentry",
          badge: badge("good", "done", "Armed"),
          value: "98.21 %",
          threshold: "worse than the release before by 0.50 points",
          sample: "61 204 sessions in the newest interval; 500 are needed",
          age: age(840),
          why: "",
        },
      ],
    },
  ],
  orders: [
    {
      order: "9f3ac71e",
      title: "Android: stop when “half a point worse” is breached",
      rule: "Crash-free sessions: breached when worse than the release before by 0.50 points, with at least 500 sessions, and wrong for at most 1.00 % of releases that are no worse; data older than 2 h cannot trigger it.",
      badge: badge("good", "progress", "Holds"),
      signed: "signed by you",
      signed_at: ago(7200),
      reason: "nobody watches tonight",
      left: "22 h and 2 of 2 breaches left",
      until: ago(-79_200),
      fired: [],
      holds: true,
    },
    {
      order: "1c22ab90",
      title: "Android and iOS: stop when “the night of 8.3.2” is breached",
      rule: "Crash-free sessions: breached when worse than the release before by 0.50 points, with at least 500 sessions, and wrong for at most 1.00 % of releases that are no worse; data older than 2 h cannot trigger it.",
      badge: badge("neutral", "idle", "Ended"),
      signed: "signed by Jonas",
      signed_at: ago(1_900_000),
      reason: "the first night of 8.3.2",
      left: "It holds no more: it has followed 1 breach, which is all that it may.",
      until: ago(1_800_000),
      fired: [4088],
      holds: false,
    },
  ],
};

export const noHealth: HealthView = {
  ...health,
  signals: [],
  ratings: [],
  rules: [],
  orders: [],
};

function points(worse: number, before: boolean): TestPointView[] {
  return Array.from({ length: 48 }, (_, at) => ({
    at: ago((48 - at) * 3600),
    value: at === 9 ? null : 0.9983 + Math.sin(at * 1.3) * 0.0003 - (at > 30 ? worse : 0),
    before: before ? 0.9982 + Math.cos(at * 0.9) * 0.0003 : null,
    sample: at === 9 ? "no data" : "38 112 sessions",
  }));
}

export function tests(compares: boolean): RuleTestsView {
  const limit = compares ? null : 0.995;
  const beside = compares ? "Compared with 8.3.2 at the same stage." : "";
  return {
    sentence: compares
      ? "Crash-free sessions: breached when worse than the release before by 0.50 points, with at least 500 sessions, and wrong for at most 1.00 % of releases that are no worse; data older than 2 h cannot trigger it."
      : (health.rules[0]?.sentence ?? ""),
    leads_to: "an alarm",
    problem: null,
    summary: "It would have fired on 1 of the 2 releases whose figures are known.",
    tests: [
      {
        title: "Android 8.4.0 · Sentry",
        fired_at: ago(14 * 3600),
        sentence:
          "Would have fired at 2026-11-23T14:00:00.000Z: Android 8.4.0: crash-free sessions 98.23 %, of 38 112 sessions.",
        beside,
        limit,
        points: points(0.016, compares),
        fired_point: 33,
      },
      {
        title: "Android 8.3.2 · Sentry",
        fired_at: null,
        sentence: "Would not have fired on these 48 intervals of 8.3.2.",
        beside,
        limit,
        points: points(0, compares),
        fired_point: null,
      },
    ],
  };
}
