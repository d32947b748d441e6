#!/usr/bin/env node
// Checks an evidence pack: node check.mjs PACK [ALLOWED_SIGNERS]. Needs nothing but Node 18.
// Exit 0: everything holds. Exit 1: the first thing that does not is named.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
const [, , pack = ".", allowed] = process.argv;
const zeros = "0".repeat(64);
const hash = (name, parts) => parts.reduce((made, part) => made.update(part), createHash(name)).digest();
const sha = (...parts) => hash("sha256", parts);
const hex = (text) => Buffer.from(text, "hex");
function need(holds, words) { if (!holds) throw new Error(words); }
const spki = hex("302a300506032b6570032100");
const signed = (key, message, signature) =>
  verify(null, message, createPublicKey({ key: Buffer.concat([spki, key]), format: "der", type: "spki" }), signature);
function bytes(text) {
  const data = Buffer.from(text, "base64");
  need(data.toString("base64") === text, "it is not in base64");
  return data;
}
const read = (name) => readFileSync(join(pack, name));
function lines(name) {
  const found = read(name).toString("latin1").split("\n");
  need(found.pop() === "", `${name} ends in the middle of a line`);
  return found.map((line) => Buffer.from(line, "latin1"));
}
function files() {
  const listed = new Map(lines("SHA256SUMS").map((line) => [`${line.subarray(66)}`, `${line.subarray(0, 64)}`]));
  for (const [name, wanted] of listed) need(sha(read(name)).toString("hex") === wanted, `${name} differs from SHA256SUMS`);
  const walk = (folder) => readdirSync(join(pack, folder), { withFileTypes: true }).forEach((it) => {
    const path = folder === "" ? it.name : `${folder}/${it.name}`;
    if (it.isDirectory()) return walk(path);
    need(listed.has(path) || ["SHA256SUMS", "SHA256SUMS.sshsig"].includes(path), `${path} is not in SHA256SUMS`);
  });
  walk("");
  return [...listed.keys()].filter((name) => name.startsWith("checkpoints/"));
}
function signer() { // OpenSSH's PROTOCOL.sshsig, in the one form that a pack has
  const form = /^-----BEGIN SSH SIGNATURE-----\n([^-]+)-----END SSH SIGNATURE-----\n$/.exec(`${read("SHA256SUMS.sshsig")}`);
  const blob = bytes((form?.[1] ?? "").replaceAll("\n", ""));
  const [key, signature] = [blob.subarray(33, 65), blob.subarray(-64)];
  const kind = "\0\0\0\x0bssh-ed25519\0\0\0";
  const name = "\0\0\0\x0frelease-cockpit\0\0\0\0\0\0\0\x06sha512\0\0\0";
  const parts = [`SSHSIG\0\0\0\x01\0\0\0\x33${kind}\x20`, key, `${name}\x53${kind}\x40`, signature].map((it) => Buffer.from(it));
  need(blob.equals(Buffer.concat(parts)), "SHA256SUMS.sshsig is of another kind");
  const message = Buffer.concat([Buffer.from(`SSHSIG${name}\x40`), hash("sha512", [read("SHA256SUMS")])]);
  need(signed(key, message, signature), "the signature of SHA256SUMS does not hold");
  const line = blob.subarray(14, 65).toString("base64");
  need(!allowed || `${readFileSync(allowed)}`.includes(line), "the signer is not allowed");
  return key;
}
function chain() {
  const [headers, bodies, sigs] = ["headers.txt", "bodies.jsonl", "sigs.txt"].map(lines);
  need(headers.length === bodies.length && headers.length === sigs.length, "headers.txt, bodies.jsonl and sigs.txt differ in length");
  let [ledger, keys, last, leaves] = [null, new Map(), new Map(), []];
  headers.forEach((line, i) => {
    const [body, sig] = [bodies[i], sigs[i]];
    leaves.push(sha("\0", line, "\n", sig));
    try {
      need(`${line}`.startsWith("cockpit.ledger/entry/v1 "), "its header has another form");
      const head = JSON.parse(`${line}`.slice(24));
      const brings = i === 0 || ["device.add", "member.request"].includes(head.kind);
      need(`${body}` !== "-" || !brings, "a body that brings in a key is withheld");
      need(`${body}` === "-" || sha(body).toString("hex") === head.body, "its body is not what was signed");
      const key = brings && bytes(JSON.parse(`${body}`).key);
      if (brings && head.kind !== "device.add" && !keys.has(head.dev)) keys.set(head.dev, key);
      const own = keys.get(head.dev);
      need(own && sha(own).toString("hex").startsWith(head.dev), `device ${head.dev} is unknown`);
      need(signed(own, line, bytes(`${sig}`)), "its signature does not hold");
      need(head.ledger === (ledger ?? zeros), "it is of another ledger");
      need(`${head.seq} ${head.prev}` === (last.get(head.dev) ?? `0 ${zeros}`), "it does not follow its device's entry before");
      if (brings) keys.set(sha(key).toString("hex").slice(0, 16), key);
      last.set(head.dev, `${head.seq + 1} ${sha(line).toString("hex")}`);
      ledger ??= sha(line).toString("hex");
    } catch (fault) { throw new Error(`entry ${i + 1}: ${fault.message}`); }
  });
  return { ledger, keys, leaves };
}
function slots(ledger, keys, leaves) { // the head after each slot: RFC 6962, C2SP tlog-checkpoint
  let [heads, peaks, size, link] = [new Map(), [], 0, zeros];
  lines("slots.csv").slice(1).forEach((row, n) => {
    const [slot, first, count, by, at, own, now, top, sig, why] = `${row}`.slice(1, -2).split('","');
    const header = `cockpit.ledger/slot/v1 {"at":"${at}","by":"${by}","count":${count},"n":${n},"prev":"${link}","v":1}`;
    link = why === "" ? own : sha(hex(link + own)).toString("hex");
    need(slot === `${n}` && now === link, `slots.csv, slot ${n} does not follow the one before`);
    if (why !== "") return;
    need(+first === size + 1 && +count > 0 && +count <= leaves.length - size, `slots.csv, slot ${n} admits other entries`);
    for (let leaf of leaves.slice(size, size + +count)) {
      size += 1;
      for (let width = 2; size % width === 0; width *= 2) leaf = sha("\x01", peaks.pop(), leaf);
      peaks.push(leaf);
    }
    const root = peaks.reduceRight((right, left) => sha("\x01", left, right));
    const text = `release-cockpit/${ledger}\n${size}\n${root.toString("base64")}\nslot ${n} ${sha(header).toString("hex")}\n`;
    need(root.toString("hex") === top && signed(keys.get(by), Buffer.from(text), hex(sig)), `slots.csv, slot ${n} is not signed so`);
    for (const name of [`checkpoints/${slot.padStart(16, "0")}`, "checkpoint"]) heads.set(name, [text, sig]);
  });
  need(size > 0, "slots.csv: no slot admits these entries");
  return { heads, size };
}
function cosigners(name, [text, sig], keys) { // C2SP tlog-cosignature; the first line is the writer's own
  const [said, note] = `${read(name)}`.split("\n\n");
  const [own, ...others] = note.trimEnd().split("\n").map((line) => line.split(" ").slice(1));
  need(`${said}\n` === text && bytes(own[1]).subarray(4).toString("hex") === sig, `${name} is not the head of these entries`);
  return others.map(([who, blob]) => {
    const [dev, at] = [who.split("/").at(-1), bytes(blob).subarray(4)];
    const seen = Buffer.from(`cosignature/v1\ntime ${at.readBigUInt64BE()}\n${text}`);
    need(signed(keys.get(dev), seen, at.subarray(8)), `${name}: the cosignature of ${dev} does not hold`);
    return dev;
  });
}
try {
  const [kept, by] = [files(), signer()];
  const { ledger, keys, leaves } = chain();
  need([...keys.values()].some((key) => key.equals(by)), "SHA256SUMS was signed by a key that is not of this ledger");
  const { heads, size } = slots(ledger, keys, leaves);
  const seen = new Set([...kept, "checkpoint"].flatMap((name) => cosigners(name, heads.get(name) ?? [], keys)));
  console.log(`Holds: ${leaves.length} entries of ledger ${ledger}, ${size} of them in slots,`,
    `${lines("bodies.jsonl").filter((it) => `${it}` === "-").length} bodies withheld, signed by ${sha(by).toString("hex").slice(0, 16)}, cosigned by ${[...seen].sort().join(" ") || "nobody"}.`);
} catch (fault) { console.error(`DOES NOT HOLD: ${fault.message}`); process.exit(1); }
