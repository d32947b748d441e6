// What Rust would answer, made up, by the name of a scene. Only for development and tests.
import type { Tag } from "../src/backend/generated/Tag";
import * as made from "./fixtures";
import * as well from "./fixtures-health";
import * as log from "./fixtures-log";
import * as told from "./fixtures-notices";
import * as room from "./fixtures-people";
import * as team from "./fixtures-team";

export interface Scene {
  scene: string;
  theme?: string;
  /** How many entries the log has. */
  rows?: number;
  /** Hears what a change makes stale, some time after it. */
  changed?: (tags: Tag[]) => void;
}

const problem = (kind: string, sentence: string, hint: string | null) => ({ kind, sentence, hint });

/** Answers the three commands of the page. */
export function answering({ scene, theme = "system", rows = 12408, changed: hear }: Scene) {
  let has_workspace = !["first", "locked"].includes(scene);
  let step = 0;

  function changed(...tags: Tag[]): void {
    setTimeout(() => hear?.(tags), 10);
  }

  function query(name: string, args: Record<string, unknown>): unknown {
    switch (name) {
      case "boot":
        return {
          ...made.boot,
          theme,
          joining: ["joining", "turned-down"].includes(scene),
          has_workspace,
          new_passphrase: scene === "locked",
          locked:
            scene === "locked"
              ? "This computer has no keychain, so keys go into a file that a passphrase opens."
              : null,
          read_only:
            scene === "readonly"
              ? "The disk is full. Everything can be read; nothing can be decided."
              : null,
        };
      case "cockpit":
        if (scene === "loading") return new Promise(() => undefined);
        if (scene === "broken") {
          throw problem(
            "storage",
            "The ledger could not be read.",
            "Check the disk, then try again.",
          );
        }
        if (scene === "calm") return made.calm;
        if (scene === "offline") return made.offline;
        if (scene === "empty") return made.empty;
        if (scene === "asked")
          return { ...made.calm, releases: [...made.calm.releases, made.leftBehind] };
        return made.cockpit;
      case "stop_sheet":
        if (scene === "offline") {
          return {
            ...made.stopSheet,
            offline:
              "This laptop is offline: the stop is queued, not in effect, and expires after 15 min.",
          };
        }
        return made.stopSheet;
      case "press":
        return scene === "outcomes" ? made.everyOutcome : made.press(step);
      case "log": {
        const limit = Number(args.limit ?? 100);
        const search = args.search;
        const top = args.before === null ? rows : Number(args.before) - 1;
        const found = [];
        let at = top;
        for (; at > 0 && found.length < limit; at -= 1) {
          const row = log.logRow(at);
          if (args.decisions_only && row.who.startsWith("Cockpit")) continue;
          if (typeof search === "string" && !JSON.stringify(row).toLowerCase().includes(search))
            continue;
          found.push(row);
        }
        if (scene === "empty")
          return { rows: [], next_before: null, total: 0, ledger: log.ledgerStatus };
        return {
          rows: found,
          next_before: at > 0 ? at + 1 : null,
          total: rows,
          ledger: log.ledgerStatus,
        };
      }
      case "export_progress":
        return scene === "exporting"
          ? { running: true, done: 9120, total: 24816 }
          : { running: false, done: 0, total: 0 };
      case "log_choices":
        return log.logChoices;
      case "void_slots":
        return { slots: [], sentence: null };
      case "entry":
        return log.entry(Number(args.position));
      case "intent":
        return scene === "notice" ? { ...made.intent, parts: made.noticeParts } : made.intent;
      case "notices":
        return scene === "empty" ? told.empty : told.notices;
      case "notice_draft":
        return told.draft;
      case "health":
        return scene === "empty" ? well.noHealth : well.health;
      case "rule_test": {
        const { rule } = args as { rule: { previous?: unknown } };
        return well.tests(rule.previous !== undefined);
      }
      case "people":
        return room.people;
      case "team":
        if (scene === "joining") return team.waits;
        if (scene === "turned-down") return team.turnedDown;
        return scene === "alone" ? team.alone : team.team;
      case "mandate_preview":
        return { sentence: room.people.policy[0]?.sentence ?? "", why_not: null };
      case "change_sheet":
        return room.changeSheet;
      case "settings":
        return { ...room.settings, theme };
      default:
        throw problem("not_found", `No query ${name}.`, null);
    }
  }

  function act(name: string, args: Record<string, unknown>): unknown {
    switch (name) {
      case "start_drill":
      case "create_workspace":
        has_workspace = true;
        changed("boot");
        return { sentence: "The workspace is open." };
      case "draft_notice":
      case "write_notice":
        return { incident: "9f3a", audience: "customers", sentence: "Drafted from the log." };
      case "stop":
      case "submit_notice":
      case "change":
      case "restop":
      case "request_notice":
        if (scene === "refused") {
          throw problem(
            "refused",
            "The stop was not taken down: 8.4.0 is no longer the release in flight. Nothing was sent.",
            "Look at the cockpit, then stop what is there.",
          );
        }
        step = 0;
        for (const at of [1, 2, 3]) {
          setTimeout(() => {
            step = at;
            changed("decided", "log");
          }, at * 400);
        }
        return {
          press: "p1",
          intents: ["i0", "i1", "i2"],
          sentence: "Taken down as entry 12 409. The services are asked.",
        };
      case "check_connection":
        return {
          items: [
            {
              permission: "View app information",
              ok: true,
              sentence: "The production track was read.",
            },
            {
              permission: "Release to production",
              ok: false,
              sentence: "Missing. Grant it under Users and permissions.",
            },
          ],
        };
      case "invite":
        return team.invited;
      case "export":
        return log.exported;
      case "set_theme":
        theme = String(args.theme);
        changed("boot", "settings");
        return { sentence: "The theme is set." };
      default:
        return { sentence: "Done." };
    }
  }

  return (command: string, payload: unknown): unknown => {
    const { name, args } = payload as { name: string; args: Record<string, unknown> };
    if (command === "query") return query(name, args);
    if (command === "act") return act(name, args);
    if (command === "approve") return { sentence: "Approved and signed. It is being sent." };
    return undefined;
  };
}
