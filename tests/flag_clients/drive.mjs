// Drives a running sandbox with the flag services' own clients. Must not know how the sandbox is built.
//
//   node drive.mjs FOLDER-OF-NODE-MODULES http://127.0.0.1:PORT
//
// Prints one line a check and closes with "N passed, N failed"; exits 1 when one failed.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

const LIMIT_MS = 60_000;
const [folder, url] = process.argv.slice(2);
if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(url ?? "")) throw new Error("a sandbox on this computer is needed");
// Read when firebase-admin is loaded.
process.env.FIREBASE_REMOTE_CONFIG_URL_BASE = url;
const require = createRequire(join(folder, "package.json"));

setTimeout(() => {
  console.error(`no end within ${LIMIT_MS} ms`);
  process.exit(1);
}, LIMIT_MS).unref();

const control = async (path, body) => {
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${url}/_sandbox/${path}`, options);
  assert.equal(answer.status, 200, path);
  return answer.json();
};
const { launchdarkly, remote_config: remoteConfig, flagsmith } = (await control("connections")).channels;
const FLAG = "instant-transfer";
const PERSON = { kind: "user", key: "somebody" };
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

// LaunchDarkly's REST interface, by the client that is made from its description.
const rest = require("launchdarkly-api");
const client = new rest.ApiClient(launchdarkly.base_url);
client.authentications.ApiKey.apiKey = launchdarkly.token;
const flags = new rest.FeatureFlagsApi(client);
const SEMANTIC = "application/json; domain-model=launchdarkly.semanticpatch";

const asked = (call) =>
  new Promise((resolve) => call((error, data, response) => resolve({ error, data, response })));
const patch = async (instructions, kind = SEMANTIC) => {
  // The client knows one kind of patch only; the documents set the header by hand as well.
  client.jsonPreferredMime = () => kind;
  const body = { environmentKey: "production", comment: "by a client", instructions };
  const done = await asked((then) =>
    flags.patchFeatureFlag(launchdarkly.project, FLAG, body, then),
  );
  delete client.jsonPreferredMime;
  return done;
};
// Flagsmith's SDK for servers, with whichever key.
const flagsmithServer = (environmentKey) => {
  const { Flagsmith } = require("flagsmith-nodejs");
  return new Flagsmith({ environmentKey, apiUrl: `${url}/api/v1/` });
};

// Flagsmith's SDK for apps and pages, as it is just after it asked.
const flagsmithApp = async (options = {}) => {
  const { createFlagsmithInstance } = require("flagsmith/isomorphic");
  const sdk = createFlagsmithInstance();
  const api = `${url}/api/v1/`;
  const asked = sdk.init({ environmentID: flagsmith.environment_key, api, enableAnalytics: false, ...options });
  // Who cannot ask is told so, and goes on with what it has.
  await (options.fetch ? assert.rejects(asked) : asked);
  return (name, asks = {}) => sdk.hasFeature(name, { skipAnalytics: true, ...asks });
};
const atFlagsmith = (body) => control("console", { service: "flagsmith", ...body });

// The model's constructor sets what the description requires.
const required = (model) => {
  const made = {};
  model.initialize(made, ...Array(model.initialize.length - 1).fill(true));
  return Object.keys(made);
};

// What a server's SDK makes of the flag.
const server = async () => {
  const { init } = require("@launchdarkly/node-server-sdk");
  const options = { stream: false, sendEvents: false, baseUri: url, logger: QUIET, diagnosticOptOut: true };
  const sdk = init(launchdarkly.sdk_key, options);
  await sdk.waitForInitialization({ timeout: 10 });
  const detail = await sdk.variationDetail(FLAG, PERSON, "default");
  sdk.close();
  return detail;
};

// What a client's SDK makes of it.
const app = async (name = FLAG) => {
  const { initialize } = require("launchdarkly-node-client-sdk");
  const options = { baseUrl: url, sendEvents: false, evaluationReasons: true, logger: QUIET, diagnosticOptOut: true };
  const sdk = initialize(launchdarkly.client_side_id, PERSON, options);
  await sdk.waitForInitialization(10);
  const detail = sdk.variationDetail(name, "default");
  await sdk.close();
  return detail;
};

const checks = {
  async "a flag has all that LaunchDarkly's description requires"() {
    const { data, response } = await asked((then) =>
      flags.getFeatureFlag(launchdarkly.project, FLAG, { env: "production" }, then),
    );
    assert.equal(data.key, FLAG);
    for (const name of required(rest.FeatureFlag)) assert.ok(name in response.body, name);
    const setting = response.body.environments.production;
    for (const name of required(rest.FeatureFlagConfig)) assert.ok(name in setting, name);
  },
  async "an environment has all that is required, and tells of approvals"() {
    const environments = new rest.EnvironmentsApi(client);
    const { data, response } = await asked((then) =>
      environments.getEnvironment(launchdarkly.project, "production", then),
    );
    for (const name of required(rest.Environment)) assert.ok(name in response.body, name);
    assert.equal(data.approvalSettings.required, false);
    assert.equal(data.mobileKey, launchdarkly.mobile_key);
  },
  async "both kinds of SDK get the flag while it is on"() {
    assert.deepEqual([(await server()).value, (await server()).reason.kind], [true, "FALLTHROUGH"]);
    assert.deepEqual([(await app()).value, (await app()).reason.kind], [true, "FALLTHROUGH"]);
  },
  async "instructions are refused without the part of the header, and when an approval is needed"() {
    const off = [{ kind: "turnFlagOff" }];
    assert.equal((await patch(off, "application/json")).response.status, 400);
    await control("knobs", { service: "launchdarkly", approvals: true });
    assert.equal((await patch(off)).response.status, 405);
    await control("knobs", { service: "launchdarkly", approvals: false });
    assert.equal((await server()).value, true);
  },
  async "off is off for both kinds of SDK, and they say why"() {
    const { data, response } = await patch([{ kind: "turnFlagOff" }]);
    assert.equal(response.status, 200);
    assert.equal(data.environments.production.on, false);
    assert.deepEqual([(await server()).value, (await server()).reason.kind], [false, "OFF"]);
    assert.deepEqual([(await app()).value, (await app()).reason.kind], [false, "OFF"]);
  },
  async "without a variation for off an SDK gives the app's own default"() {
    await control("console", { service: "launchdarkly", flag: "rate-source", on: false });
    assert.equal((await app("rate-source")).value, "default");
  },
  async "Firebase's admin client reads, tries, publishes, is refused with an old tag, and rolls back"() {
    const { initializeApp } = require("firebase-admin/app");
    const { getRemoteConfig } = require("firebase-admin/remote-config");
    const credential = { getAccessToken: token };
    const projectId = remoteConfig.service_account.project_id;
    const config = getRemoteConfig(initializeApp({ credential, projectId }));
    const template = await config.getTemplate();
    assert.equal(template.etag, "etag-100000000001-41");
    const old = await config.getTemplate();
    const off = { value: "false" };
    template.parameters.instant_transfer.defaultValue = off;
    template.parameters.instant_transfer.conditionalValues.android = off;
    template.version = { description: "by a client" };
    await config.validateTemplate(template);
    assert.equal((await config.getTemplate()).version.versionNumber, "41");
    const published = await config.publishTemplate(template);
    assert.equal(published.version.description, "by a client");
    const truth = (await control("truth")).remote_config.flags.instant_transfer;
    assert.deepEqual(truth, { on: false, served: false });
    await assert.rejects(config.publishTemplate(old), { code: "remote-config/failed-precondition" });
    const versions = (await config.listVersions({ pageSize: 5 })).versions;
    assert.deepEqual(versions.map((it) => it.versionNumber), ["42", "41"]);
    assert.equal((await config.getTemplateAtVersion("41")).version.versionNumber, "41");
    const back = await config.rollback("41");
    assert.deepEqual([back.version.versionNumber, back.version.updateType], ["43", "ROLLBACK"]);
  },
  async "both of Flagsmith's SDKs get what is on, and a server gets more"() {
    const on = await flagsmithApp();
    assert.deepEqual([on("instant_transfer"), on("ledger_writes")], [true, false]);
    const flags = await flagsmithServer(flagsmith.server_key).getEnvironmentFlags();
    assert.equal(flags.isFeatureEnabled("ledger_writes"), true);
    const apps = await flagsmithServer(flagsmith.environment_key).getEnvironmentFlags();
    assert.ok(apps.allFlags().every((it) => it.featureName !== "ledger_writes"));
  },
  async "off at Flagsmith is off for both, but not for a person with an override"() {
    await atFlagsmith({ flag: "home_feed_v3", on: false });
    assert.equal((await flagsmithApp())("home_feed_v3"), false);
    assert.equal((await flagsmithApp({ identity: "anna" }))("home_feed_v3"), true);
    const one = await flagsmithServer(flagsmith.environment_key).getIdentityFlags("anna");
    assert.equal(one.isFeatureEnabled("home_feed_v3"), true);
    const other = await flagsmithServer(flagsmith.environment_key).getIdentityFlags("zoe");
    assert.equal(other.isFeatureEnabled("home_feed_v3"), false);
  },
  async "an app of Flagsmith's that cannot ask has its own default"() {
    const none = { fetch: () => Promise.reject(new Error("offline")) };
    const defaultFlags = { instant_transfer: { enabled: true } };
    await atFlagsmith({ flag: "instant_transfer", on: false });
    assert.equal((await flagsmithApp({ defaultFlags }))("instant_transfer"), false);
    assert.equal((await flagsmithApp({ defaultFlags, ...none }))("instant_transfer"), true);
  },
  async "a flag that Flagsmith leaves out stays on where the question has its own default"() {
    const fallback = { fallback: true };
    assert.equal((await flagsmithApp())("instant_transfer", fallback), false);
    await control("knobs", { service: "flagsmith", hides_disabled: true });
    const defaultFlags = { instant_transfer: { enabled: true } };
    assert.equal((await flagsmithApp({ defaultFlags }))("instant_transfer"), false);
    assert.equal((await flagsmithApp())("instant_transfer", fallback), true);
    await control("knobs", { service: "flagsmith", hides_disabled: false });
  },
};

// Google's own way from a key to a token, at the sandbox's endpoint.
async function token() {
  const jwt = require("jsonwebtoken");
  const { client_email: iss, private_key: key, token_uri: aud, private_key_id: keyid } = remoteConfig.service_account;
  const scope = "https://www.googleapis.com/auth/firebase.remoteconfig";
  const assertion = jwt.sign({ scope }, key, { algorithm: "RS256", issuer: iss, audience: aud, keyid, expiresIn: 3_600 });
  const grant = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
  const answer = await fetch(aud, { method: "POST", body: new URLSearchParams(grant) });
  assert.equal(answer.status, 200);
  return answer.json();
}

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`failed  ${name}: ${error.stack ?? error}`);
  }
}
console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
