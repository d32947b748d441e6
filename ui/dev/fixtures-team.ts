// Made-up views of a team folder and of a laptop that joins. Only for development.
import type { Invited } from "../src/backend/generated/Invited";
import type { JoiningView } from "../src/backend/generated/JoiningView";
import type { TeamView } from "../src/backend/generated/TeamView";
import { ago } from "./fixtures";

export const alone: TeamView = {
  folder: null,
  looked_at: ago(3),
  problem: null,
  unpublished: 0,
  share_why_not: null,
  invite_why_not: "Share the log with a team folder first.",
  joining: null,
};

export const team: TeamView = {
  ...alone,
  folder: "/srv/team/cockpit",
  share_why_not: "The log lies in a shared folder already.",
  invite_why_not: null,
};

export const joining: JoiningView = {
  workspace: "Northwind Wallet",
  invited_by: "Ada",
  name: "Jonas",
  asked_at: ago(90),
  words: ["amber", "falcon", "kettle", "river", "saddle", "walnut"],
  sentence:
    "Waiting to be admitted. Read the six words to Ada: when they have the same six, it is you.",
  again: false,
};

export const waits: TeamView = {
  ...team,
  invite_why_not: "This laptop belongs to nobody in this workspace.",
  joining,
};

export const turnedDown: TeamView = {
  ...waits,
  joining: {
    ...joining,
    words: [],
    sentence: "The request was turned down: the words differ. Nothing can be decided here.",
    again: true,
  },
};

export const invited: Invited = {
  text: `cockpit-invitation-1.${"eyJsIjoiNGMxZjJhM2I0YzVkOWEwMiJ9".repeat(12)}.0a1b2c3d4e5f`,
  invite: "d".repeat(64),
  expires_at: ago(-86_400),
  sentence:
    "Send this text to whoever is to join. It is good once, until 2026-11-24 18:30 UTC. They ask " +
    "with it, and you compare six words before you admit them.",
};
