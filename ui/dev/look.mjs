// Opens the built page on made-up data, under the policy that the app has, in light and dark;
// takes a picture of each screen and asks axe about it. Run `npm run build` first.
//   node dev/look.mjs [part of a screen's name]
import { createReadStream, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";

const ui = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(ui, "dev/out");
const only = process.argv[2] ?? "";
const policy = JSON.parse(readFileSync(join(ui, "../tauri.conf.json"), "utf8")).app.security.csp;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const open = (testid) => (page) => page.getByTestId(testid).first().click();
async function openStop(page) {
  await page.keyboard.press("Control+Shift+H");
  await page.getByTestId("stop-reason").fill("Crash on opening Transfer.");
}
async function pressStop(page) {
  await openStop(page);
  await page.keyboard.press("Enter");
  await page.keyboard.down("Enter");
  await page.getByTestId("press-targets").waitFor();
  await page.keyboard.up("Enter");
}
async function settled(page) {
  await pressStop(page);
  await page.locator("[data-testid=press][data-settled=true]").waitFor();
}

/** name, address, what a person does first */
const screens = [
  ["first-run", "/?scene=first"],
  ["first-run-connect", "/?scene=first", open("connect-stores")],
  ["first-run-locked", "/?scene=locked"],
  ["first-run-join", "/?scene=first", open("join-team")],
  ["joining", "/?scene=joining"],
  ["joining-turned-down", "/?scene=turned-down"],
  ["cockpit", "/?scene=breach"],
  ["cockpit-calm", "/?scene=calm"],
  ["cockpit-asked", "/?scene=asked"],
  ["cockpit-asked-act", "/?scene=asked", open("act-recover")],
  ["cockpit-offline", "/?scene=offline"],
  ["cockpit-empty", "/?scene=empty"],
  ["cockpit-loading", "/?scene=loading"],
  ["cockpit-broken", "/?scene=broken"],
  ["cockpit-readonly", "/?scene=readonly"],
  ["cockpit-why-not", "/?scene=breach", (page) => page.getByTestId("act-complete").first().focus()],
  ["cockpit-act", "/?scene=breach", open("act-set_fraction")],
  ["cockpit-halt", "/?scene=breach", open("act-stop")],
  ["cockpit-flag", "/?scene=breach", open("flag-switch")],
  ["cockpit-services", "/?scene=breach", open("services-open")],
  ["can-stop", "/?scene=breach", open("can-stop-open")],
  ["can-stop-calm", "/?scene=calm", open("can-stop-open")],
  ["stop", "/?scene=breach", openStop],
  ["stop-offline", "/?scene=offline", openStop],
  ["stop-settled", "/?scene=breach", settled],
  ["stop-outcomes", "/?scene=outcomes", pressStop],
  ["notices", "/?scene=breach#/notices"],
  ["notices-draft", "/?scene=breach#/notices", open("open-draft")],
  ["notices-own", "/?scene=breach#/notices", open("draft-blank")],
  ["notices-empty", "/?scene=empty#/notices"],
  ["log", "/?scene=breach#/log"],
  [
    "log-million",
    "/?scene=breach&rows=1000000#/log",
    (page) =>
      page.getByTestId("log-rows").evaluate((rows) => rows.scrollTo(0, rows.scrollHeight / 2)),
  ],
  ["log-entry", "/?scene=breach#/log", (page) => page.getByTestId("log-row").nth(2).click()],
  ["log-search", "/?scene=breach#/log", (page) => page.getByTestId("log-search").fill("breach")],
  ["log-exporting", "/?scene=exporting#/log", open("export-open")],
  ["log-export", "/?scene=breach#/log", open("export-open")],
  [
    "log-exported",
    "/?scene=breach#/log",
    async (page) => {
      await open("export-open")(page);
      await open("export-go")(page);
    },
  ],
  ["log-empty", "/?scene=empty#/log"],
  ["health", "/?scene=breach#/health"],
  ["health-empty", "/?scene=empty#/health"],
  ["health-rule", "/?scene=breach#/health", open("rule-change")],
  ["health-order", "/?scene=breach#/health", open("order-new")],
  [
    "health-figures",
    "/?scene=breach#/health",
    async (page) => {
      await open("order-new")(page);
      await open("rule-test-figures")(page);
    },
  ],
  ["people", "/?scene=breach#/people"],
  ["people-policy", "/?scene=breach#/people", open("policy-edit")],
  ["people-revoke", "/?scene=breach#/people", open("device-revoke")],
  ["people-share", "/?scene=alone#/people", open("team-share")],
  ["people-invite", "/?scene=breach#/people", open("team-invite")],
  [
    "people-invitation",
    "/?scene=breach#/people",
    async (page) => {
      await open("team-invite")(page);
      await open("invite-go")(page);
    },
  ],
  ["people-compromised", "/?scene=breach#/people", open("device-compromised")],
  ["settings", "/?scene=breach#/settings"],
  ["settings-form", "/?scene=breach#/settings", open("connection-edit")],
  [
    "settings-light",
    "/?scene=breach#/settings",
    (page) => page.getByTestId("connection-light").last().locator("summary").click(),
  ],
  ["help", "/?scene=breach#/help"],
  ["palette", "/?scene=breach", (page) => page.keyboard.press("Control+K")],
  ["approval", "/approval.html?intent=4c77a1d0"],
  ["approval-change", "/approval.html?change=4c77a1d0"],
  ["approval-notice", "/approval.html?intent=4c77a1d0&scene=notice"],
  ["approval-reject", "/approval.html?intent=4c77a1d0", open("reject")],
];

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".woff2": "font/woff2",
};
const server = createServer((request, response) => {
  const path = new URL(request.url, "http://x").pathname;
  const file = join(ui, "dist", path === "/" ? "index.html" : path);
  if (path === "/favicon.ico") return response.writeHead(204).end();
  if (!existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, {
    "content-type": types[extname(file)] ?? "application/octet-stream",
    "content-security-policy": policy,
  });
  return createReadStream(file).pipe(response);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const home = `http://127.0.0.1:${server.address().port}`;

await build({
  configFile: false,
  logLevel: "warn",
  build: {
    outDir: out,
    emptyOutDir: false,
    lib: {
      entry: join(ui, "dev/mock.ts"),
      formats: ["iife"],
      name: "mock",
      fileName: () => "mock.js",
    },
  },
});
mkdirSync(join(out, "shots"), { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ],
});
let findings = 0;
let looked = 0;
for (const theme of ["light", "dark"]) {
  for (const [width, height] of [
    [1280, 800],
    [1024, 700],
  ]) {
    for (const [name, address, does] of screens) {
      if (!name.includes(only)) continue;
      const approval = name.startsWith("approval");
      if (approval && width !== 1280) continue;
      const page = await browser.newPage({
        viewport: approval ? { width: 640, height: 620 } : { width, height },
        colorScheme: theme,
      });
      const bad = [];
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) bad.push(message.text());
      });
      page.on("pageerror", (error) => bad.push(String(error)));
      await page.addInitScript({ path: join(out, "mock.js") });
      // The app does this too (freezePrototype).
      await page.addInitScript(() => Object.freeze(Object.prototype));
      page.setDefaultTimeout(5000);
      try {
        await page.goto(home + address);
        await page.locator("main").waitFor();
        await page.waitForTimeout(250);
        if (does) {
          await does(page);
          await page.waitForTimeout(300);
        }
      } catch (error) {
        bad.push(String(error).split("\n")[0]);
      }
      try {
        await page.screenshot({ path: join(out, `shots/${name}-${theme}-${width}.png`) });
      } catch (error) {
        bad.push(String(error).split("\n")[0]);
      }
      await page.evaluate(axe);
      const result = await page.evaluate(() =>
        globalThis.axe.run(document, { resultTypes: ["violations"] }),
      );
      for (const found of result.violations) {
        const where = found.nodes.map(
          (node) => `${node.target.join(" ")} (${node.any[0]?.message ?? ""})`,
        );
        bad.push(`axe ${found.impact}: ${found.id}: ${where.slice(0, 4).join(" | ")}`);
      }
      const overflow = await page.evaluate(() => {
        const room = document.querySelector("main");
        return room ? room.scrollHeight - room.clientHeight : 0;
      });
      looked += 1;
      findings += bad.length;
      if (bad.length > 0 || (name === "cockpit" && overflow > 0)) {
        console.log(`${name} ${theme} ${width}: overflow ${overflow} px`);
        for (const line of new Set(bad)) console.log(`  ${line}`);
      }
      await page.close();
    }
  }
}
await browser.close();
server.close();
console.log(`${looked} screens looked at, ${findings} findings, pictures in dev/out/shots`);
process.exitCode = findings > 0 ? 1 : 0;
