// Made-up views of settings, people and policy. Only for development.
import type { ChangeSheetView } from "../src/backend/generated/ChangeSheetView";
import type { PeopleView } from "../src/backend/generated/PeopleView";
import type { SettingsView } from "../src/backend/generated/SettingsView";
import { ago, badge, goodLight, refusedLight } from "./fixtures";

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
      steps: [
        "In Google Cloud, IAM and admin, Service accounts: make a service account that nothing else uses. Under Keys, add a key of the type JSON.",
        "In the Play Console, Users and permissions, Invite new users: enter its address and choose this one app.",
        "Give it “View app information” and “Release to production”. Leave everything else off.",
      ],
      light: goodLight,
      quotas: [
        {
          words: "2 961 of 3 000 requests each minute are left",
          left_permille: 987,
          source: "Counted on this laptop since it was opened. Published by the service.",
        },
        {
          words: "491 of 500 new edits each day are left",
          left_permille: 982,
          source:
            "Counted on this laptop since it was opened. Not published by the service: the number is ours.",
        },
      ],
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
      steps: [
        "In App Store Connect, Users and Access, Integrations: make a team key with the role App Manager.",
        "Download the file at once: Apple shows it a single time.",
      ],
      light: null,
      quotas: [],
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
      steps: [
        "In Unleash, Admin, Service accounts: make a service account.",
        "Give it a project role with “Enable/disable feature flags” in this one environment.",
      ],
      light: refusedLight,
      quotas: [],
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
  presence: {
    required: false,
    sentence:
      "Where the system has a prompt of its own, it is asked for before each approval; where it has none, an approval counts all the same.",
  },
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
