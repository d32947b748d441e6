// The only door to Rust: three commands and one event. Knows no query cache and no screen.
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { text } from "../text";
import type { Acts, Approvals, Queries } from "./generated/api";
import type { Problem } from "./generated/Problem";
import type { Tag } from "./generated/Tag";

export type QueryName = keyof Queries;
export type ActName = keyof Acts;

/** Asks for a view. Rejects with a `Problem`. */
export function query<N extends QueryName>(
  name: N,
  args: Queries[N]["args"],
): Promise<Queries[N]["answer"]> {
  return call("query", name, args);
}

/** Asks for something to be done. Rejects with a `Problem`. */
export function act<N extends ActName>(name: N, args: Acts[N]["args"]): Promise<Acts[N]["answer"]> {
  return call("act", name, args);
}

/** Approves or rejects; Rust answers it in the approval window only. Rejects with a `Problem`. */
export function approve<N extends keyof Approvals>(
  name: N,
  args: Approvals[N]["args"],
): Promise<Approvals[N]["answer"]> {
  return call("approve", name, args);
}

/** Calls back for each change that Rust announces; the answer stops it. */
export function onChange(heard: (tags: Tag[]) => void): Promise<() => void> {
  return listen<{ tags: Tag[] }>("change", (event) => heard(event.payload.tags));
}

/** What was thrown, as a problem in words. */
export function toProblem(thrown: unknown): Problem {
  if (isProblem(thrown)) return thrown;
  return { kind: "window", sentence: text.problem.noAnswer, hint: text.problem.noAnswerHint };
}

async function call<T>(command: string, name: string, args: unknown): Promise<T> {
  try {
    return await invoke<T>(command, { name, args });
  } catch (thrown) {
    throw toProblem(thrown);
  }
}

function isProblem(thrown: unknown): thrown is Problem {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    "kind" in thrown &&
    "sentence" in thrown &&
    typeof thrown.sentence === "string"
  );
}
