// Made-up notices for development: an incident with a draft, a board, an envelope. The app never
// sees them.
import type { Badge } from "../src/backend/generated/Badge";
import type { DraftView } from "../src/backend/generated/DraftView";
import type { NoticesView } from "../src/backend/generated/NoticesView";
import type { OutcomeView } from "../src/backend/generated/OutcomeView";
import type { Slots } from "../src/backend/generated/Slots";
import { ago, outcomes } from "./fixtures";

const badge = (tone: Badge["tone"], icon: Badge["icon"], words: string): Badge => ({
  tone,
  icon,
  words,
});

const channels = [
  {
    service: "statuspage",
    title: "Statuspage · Northwind status",
    why_not: null,
    budget: "12 of 60 requests in the last minute, the limit that it publishes",
  },
  {
    service: "smtp",
    title: "E-mail · status@northwind.example to 3 recipients",
    why_not: null,
    budget: null,
  },
];

const owed = {
  incident: "9f3a",
  title: "Next update owed to customers",
  detail: "Problems in version 8.4.0 · every 60 min · a draft is ready",
  due: ago(-760),
  badge: badge("wait", "waiting", "due soon"),
};

export const empty: NoticesView = {
  incidents: [],
  lanes: [],
  notices: [],
  start: null,
  channels: [],
  why_not: null,
  envelopes: [],
};

export const notices: NoticesView = {
  incidents: [
    {
      incident: "9f3a",
      title: "Problems in version 8.4.0",
      severity: "major",
      severity_name: "Major",
      phase: "investigating",
      version: "8.4.0",
      badge: badge("wait", "progress", "Investigating"),
      detail: "opened by you · customers first told after 2 min",
      opened_at: ago(2_900),
      expected_by: null,
      open: true,
      owed: [owed],
      timeline: [
        {
          entry: 41,
          at: ago(2_900),
          who: "you",
          what: badge("bad", "alert", "Incident opened"),
        },
        {
          entry: 42,
          at: ago(2_890),
          who: "you",
          what: badge("neutral", "idle", "Notice drafted: investigating, for customers"),
        },
        {
          entry: 45,
          at: ago(2_780),
          who: "you",
          what: badge("good", "done", "Notice confirmed: Statuspage"),
        },
      ],
      feedback: "2 replies to what people were told",
      close_why_not: "The incident is not resolved.",
    },
  ],
  lanes: [
    {
      lane: "draft",
      name: "Draft",
      cards: [
        {
          key: "d1",
          title: "Problems in version 8.4.0",
          detail: "for customers · drafted by the cockpit: the next update is due",
          incident: "9f3a",
          audience: "customers",
          intent: null,
          until: ago(-760),
          why_not: null,
        },
      ],
    },
    {
      lane: "waiting",
      name: "Waiting",
      cards: [
        {
          key: "a1",
          title: "Transfers may fail on Android 8.4.0",
          detail: "asked by you · missing: legal (Ana) and brand (nobody has this role yet)",
          incident: null,
          audience: null,
          intent: "5d88b2e1",
          until: ago(-505),
          why_not: null,
        },
      ],
    },
    { lane: "approved", name: "Approved", cards: [] },
    {
      lane: "published",
      name: "Published",
      cards: [
        {
          key: "a2",
          title: "Slow sign-in",
          detail: "1 of 2 channels confirmed",
          incident: null,
          audience: null,
          intent: null,
          until: null,
          why_not: null,
        },
      ],
    },
    { lane: "overdue", name: "Overdue", cards: [] },
  ],
  notices: [
    {
      press: "a1",
      intent: "5d88b2e1",
      waits: true,
      text: {
        title: "Transfers may fail on Android 8.4.0",
        body: "Opening Transfer can close the app on Android version 8.4.0. We stopped the update at 14:02.",
        phase: "investigating",
        notify_subscribers: true,
      },
      asked_by: "You",
      asked_at: ago(95),
      receipts: [
        {
          intent: "5d88b2e1",
          channel: "Statuspage",
          outcome: outcomes[7] as OutcomeView,
          tries: "",
          engagement: null,
          engagement_at: null,
          again: false,
          at: null,
        },
        {
          intent: "5d88b2e2",
          channel: "E-mail · 3 recipients",
          outcome: outcomes[7] as OutcomeView,
          tries: "",
          engagement: null,
          engagement_at: null,
          again: false,
          at: null,
        },
      ],
      approvals: [{ who: "Cleo", roles: "customer success", at: ago(61) }],
      missing: "Missing: legal (Ana) and brand (nobody has this role yet)",
      why_not: null,
    },
    {
      press: "a2",
      intent: "6e99c3f2",
      waits: false,
      text: {
        title: "Slow sign-in",
        body: "Signing in took longer than usual between 9:10 and 9:40. It is back to normal.",
        phase: "resolved",
        notify_subscribers: false,
      },
      asked_by: "You",
      asked_at: ago(86_400 * 3),
      receipts: [
        {
          intent: "6e99c3f2",
          channel: "Statuspage",
          outcome: {
            outcome: "confirmed",
            badge: badge("good", "done", "Confirmed · 0.84 s"),
            ms: 840,
            before: null,
            after: "1 notice of ours",
            read_back: true,
            sentence: "Read back: 1 notice of ours.",
          },
          tries: "",
          engagement: null,
          engagement_at: null,
          again: false,
          at: ago(86_400 * 3 - 1),
        },
        {
          intent: "6e99c3f3",
          channel: "E-mail · 3 recipients",
          outcome: {
            outcome: "unknown",
            badge: badge("wait", "unknown", "Unknown, asking again"),
            ms: 10_002,
            before: null,
            after: null,
            read_back: false,
            sentence:
              "It was sent and no answer came. It may have been taken, and a mail server cannot be asked what became of a mail. It stays unknown and is not sent again by itself: look into the server's own log, then write again if it is not there.",
          },
          tries: "2 tries",
          engagement: null,
          engagement_at: null,
          again: false,
          at: ago(86_400 * 3 - 11),
        },
      ],
      approvals: [{ who: "you", roles: "customer success, legal, brand", at: ago(86_400 * 3) }],
      missing: null,
      why_not: null,
    },
  ],
  start: null,
  channels,
  why_not: null,
  envelopes: [
    {
      envelope: "e1",
      title: "Outage, customers",
      badge: badge("wait", "waiting", "Waits for brand (Bo)"),
      detail: "Critical, Major, Minor, Low · 62 sentences · signed by Ana (legal)",
      expires_at: ago(-86_400 * 60),
      sign_why_not: null,
      waits: true,
    },
  ],
};

const english: Slots = {
  words: {
    headline: "Problems in version 8.4.0",
    happened:
      "Some people see problems in version 8.4.0 of our app.\nWhat we measure: Android: crash-free sessions 98.21 %.",
    doing:
      "Nobody new gets version 8.4.0 from Google Play.\nAutomatic updates to version 8.4.0 from the App Store are paused.\nWe are looking for the cause.",
    expect: "Transfers work in the browser. Your money is safe.",
    unknown: "We do not know the cause yet, or how many people are affected.",
    decision:
      "At 14:02 UTC on 23 November 2026 we decided to stop version 8.4.0 (entry 12 of our log).",
    rationale: "Our figures fell below the limit that we set ourselves (entry 9 of our log).",
    safeguards:
      "A stopped version only goes on after a person has looked at the figures and signed for it (entry 12 of our log).",
    feedback: "If it is different for you, please answer through our support.",
  },
  entries: { decision: 12, rationale: 9, safeguards: 12 },
  next_update_at: ago(-2_400),
};

const names: [keyof Slots["words"], string][] = [
  ["headline", "Headline"],
  ["happened", "What happened"],
  ["doing", "What we are doing"],
  ["expect", "What to expect"],
  ["unknown", "What we do not know yet"],
  ["decision", "Decision"],
  ["rationale", "Why"],
  ["safeguards", "Safeguards"],
  ["feedback", "Feedback"],
];

const body = [
  "Some people see problems in version 8.4.0 of our app. What we measure: Android: crash-free sessions 98.21 %.",
  "What we are doing: Nobody new gets version 8.4.0 from Google Play. Automatic updates to version 8.4.0 from the App Store are paused. We are looking for the cause.",
  "What you can expect: Transfers work in the browser. Your money is safe.",
  "What we do not know yet: We do not know the cause yet, or how many people are affected.",
  "We will write again by 15:00 UTC on 23 November 2026.",
].join("\n\n");

const preview = (
  service: string,
  channel: string,
  kind: "status_page" | "email" | "push" | "banner",
) => ({
  service,
  channel,
  kind,
  locale: "en" as const,
  text: {
    title: "Problems in version 8.4.0",
    body:
      kind === "push" || kind === "banner"
        ? "Some people see problems in version 8.4.0 of our app. We will write again by 15:00 UTC on 23 November 2026."
        : body,
    phase: "investigating" as const,
    notify_subscribers: true,
  },
  counter: kind === "banner" ? "104 of 2000 characters" : "612 of 25000 characters",
  left_out: kind === "push" ? "Firebase Cloud Messaging was not read yet." : null,
});

export const draft: DraftView = {
  incident: "9f3a",
  title: "Problems in version 8.4.0",
  severity: "major",
  severities: [
    { value: "critical", words: "Critical" },
    { value: "major", words: "Major" },
    { value: "minor", words: "Minor" },
    { value: "low", words: "Low" },
  ],
  phase: "investigating",
  phases: [
    { value: "investigating", words: "Investigating" },
    { value: "identified", words: "Identified" },
    { value: "monitoring", words: "Monitoring" },
    { value: "resolved", words: "Resolved" },
  ],
  update: 1,
  audience: "customers",
  draft: "d1",
  origin: "drafted by the cockpit: the next update is due",
  languages: [
    {
      locale: "en",
      name: "English",
      slots: english,
      fields: names.map(([slot, name]) => ({
        slot,
        name,
        entry: english.entries[slot] ?? null,
      })),
      promise: "We will write again by 15:00 UTC on 23 November 2026.",
    },
  ],
  more_languages: [{ value: "de", words: "Deutsch" }],
  previews: [
    preview("statuspage", "Statuspage · Northwind status", "status_page"),
    preview("smtp", "E-mail · status@northwind.example to 3 recipients", "email"),
    preview("fcm", "Firebase Cloud Messaging · topic android-8.4.0", "push"),
    preview("remote_config", "Firebase Remote Config · banner", "banner"),
  ],
  findings: [
    {
      locale: "en",
      slot: "expect",
      rule: "overpromise",
      blocking: true,
      legal: null,
      reason: "“is safe” promises what is not yet known.",
      fix: "Say what you checked.",
      words: "Your money is safe.",
      instead: "We have seen no wrong booking so far.",
    },
  ],
  agreed: {
    inside: false,
    sentence:
      "Outside the agreed wording: “Your money is safe.” under “What to expect” was not agreed to beforehand. It takes customer success (Cleo), legal (Ana) and brand (Bo).",
    envelope: null,
  },
  changes: [
    {
      name: "What to expect",
      before: "If you have not updated yet, please wait.",
      after: "Transfers work in the browser. Your money is safe.",
    },
  ],
  asked: null,
  why_not: "1 wording problem has to be fixed first.",
};
