// Evaluates one flag as a customer's app does, with Unleash's own client, and prints true or false.
// Knows nothing of Release Cockpit.
//
//   UNLEASH_CLIENT_TOKEN=… node evaluate.mjs FOLDER-OF-NODE-MODULES SERVER FLAG
import { createRequire } from "node:module";
import { join } from "node:path";

const LIMIT_MS = 30_000;
const NEVER_AGAIN_MS = 3_600_000;
const [folder, server, flag] = process.argv.slice(2);
const { startUnleash, InMemStorageProvider } = createRequire(join(folder, "package.json"))("unleash-client");

setTimeout(() => {
  console.error(`no evaluation within ${LIMIT_MS} ms`);
  process.exit(1);
}, LIMIT_MS);

// Resolves only with what the server has just said, never with a copy of an earlier run.
const unleash = await startUnleash({
  url: `${server}/api/`,
  appName: "cockpit-peer",
  customHeaders: { Authorization: process.env.UNLEASH_CLIENT_TOKEN },
  refreshInterval: NEVER_AGAIN_MS,
  disableMetrics: true,
  storageProvider: new InMemStorageProvider(),
});
console.log(unleash.isEnabled(flag));
process.exit(0);
