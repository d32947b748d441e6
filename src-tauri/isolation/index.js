// Stands between a page and Rust, in a frame of its own: every call passes here before it is
// encrypted for Rust, and what no page of ours would send becomes a call that does not exist.
// Which window may do what is not known here: the capabilities and the commands hold that.

// Far above the longest notice, far below what could fill the memory.
const LETTERS_MAX = 262144;
const NAME = /^[a-z_]{1,40}$/;

const isObject = (it) => typeof it === "object" && it !== null && !Array.isArray(it);

/** The words of our three commands: a name of the api table and its fields. */
function isWords(payload) {
  if (!isObject(payload)) return false;
  const keys = Object.keys(payload).sort().join();
  return keys === "args,name" && NAME.test(payload.name) && isObject(payload.args);
}

const CALLS = new Map([
  ["query", isWords],
  ["act", isWords],
  ["approve", isWords],
  ["plugin:event|listen", (payload) => isObject(payload) && payload.event === "change"],
  ["plugin:event|unlisten", (payload) => isObject(payload) && payload.event === "change"],
  ["plugin:window|close", isObject],
  // Asked by the notification plugin's own script in each window; no capability allows it.
  ["plugin:notification|is_permission_granted", () => true],
]);

function passes(call) {
  const fits = CALLS.get(call.cmd);
  if (fits === undefined || !fits(call.payload)) return false;
  return JSON.stringify(call.payload).length <= LETTERS_MAX;
}

window.__TAURI_ISOLATION_HOOK__ = (call) =>
  passes(call) ? call : { ...call, cmd: "refused_by_isolation", payload: {} };
