#!/usr/bin/env node
// Checks an evidence pack: node check.mjs PACK [ALLOWED_SIGNERS]. Needs nothing but Node 18.
// Exit 0: everything holds. Exit 1: the first thing that does not is named.
import { createHash, createPublicKey, verify } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [, , pack = ".", allowed] = process.argv;
const zeros = "0".repeat(64);
const hash = (name, parts) => parts.reduce((made, part) => made.update(part), createHash(name)).digest();
const sha = (...parts) => hash("sha256", parts);
class Fault extends Error {}
function need(holds, words) { if (!holds) throw new Fault(words); }
const spki = Buffer.from("302a300506032b6570032100", "hex");
const signed = (key, message, signature) =>
  verify(null, message, createPublicKey({ key: Buffer.concat([spki, key]), format: "der", type: "spki" }), signature);
function bytes(text) {
  const data = Buffer.from(text, "base64");
  need(data.toString("base64") === text, "it is not in base64");
  return data;
}
function read(name) {
  need(existsSync(join(pack, name)), `${name} is missing`);
  return readFileSync(join(pack, name));
}
function lines(name) {
  const data = read(name);
  const found = [];
  for (let at = 0, end; at < data.length; at = end + 1) {
    end = data.indexOf(10, at);
    need(end >= 0, `${name} ends in the middle of a line`);
    found.push(data.subarray(at, end));
  }
  return found;
}
function files() {
  const listed = new Map(lines("SHA256SUMS").map((line) => [`${line.subarray(66)}`, `${line.subarray(0, 64)}`]));
  for (const [name, wanted] of listed) need(sha(read(name)).toString("hex") === wanted, `${name} differs from SHA256SUMS`);
  const walk = (folder) => {
    for (const it of readdirSync(join(pack, folder), { withFileTypes: true })) {
      const path = folder === "" ? it.name : `${folder}/${it.name}`;
      if (it.isDirectory()) walk(path);
      else need(listed.has(path) || ["SHA256SUMS", "SHA256SUMS.sshsig"].includes(path), `${path} is not in SHA256SUMS`);
    }
  };
  walk("");
}
function string(data) {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  return Buffer.concat([size, data]);
}
function strings(data) {
  const found = [];
  for (let at = 0; at < data.length; at += 4 + data.readUInt32BE(at)) found.push(data.subarray(at + 4, at + 4 + data.readUInt32BE(at)));
  return found;
}
function signer() {
  const form = /^-----BEGIN SSH SIGNATURE-----\n([^-]+)-----END SSH SIGNATURE-----\n$/.exec(`${read("SHA256SUMS.sshsig")}`);
  need(form, "SHA256SUMS.sshsig is no signature of OpenSSH");
  const blob = bytes(form[1].replaceAll("\n", ""));
  const [held, space, reserved, name, inner] = strings(blob.subarray(10));
  const [[kind, key], [kind2, signature]] = [strings(held), strings(inner)];
  const is = [blob.subarray(0, 10), kind, kind2, space, name].join(" ");
  need(is === "SSHSIG\0\0\0\x01 ssh-ed25519 ssh-ed25519 release-cockpit sha512", "SHA256SUMS.sshsig is of another kind");
  const parts = [space, reserved, name, hash("sha512", [read("SHA256SUMS")])].map(string);
  need(signed(key, Buffer.concat([Buffer.from("SSHSIG"), ...parts]), signature), "the signature of SHA256SUMS does not hold");
  need(!allowed || `${readFileSync(allowed)}`.includes(held.toString("base64")), "the signer is not allowed");
  return key;
}
function chain() {
  const [headers, bodies, sigs] = ["headers.txt", "bodies.jsonl", "sigs.txt"].map(lines);
  need(headers.length === bodies.length && headers.length === sigs.length, "headers, bodies and sigs differ in length");
  const [keys, last, leaves] = [new Map(), new Map(), []];
  let ledger = null;
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
    } catch (fault) { throw new Fault(`entry ${i + 1}: ${fault.message}`); }
  });
  return { ledger, keys, leaves };
}
function root(hashes) {
  if (hashes.length < 2) return hashes[0] ?? sha();
  const half = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
  return sha("\x01", root(hashes.slice(0, half)), root(hashes.slice(half)));
}
try {
  files();
  const by = signer();
  const { ledger, keys, leaves } = chain();
  need([...keys.values()].some((key) => key.equals(by)), "SHA256SUMS was signed by a key that is not of this ledger");
  const [text, note] = `${read("checkpoint")}`.split("\n\n");
  need(text === `release-cockpit/${ledger}\n${leaves.length}\n${root(leaves).toString("base64")}`, "checkpoint is not the head of these entries");
  need(signed(by, Buffer.from(`${text}\n`), bytes(note.split("\n")[0].split(" ")[2]).subarray(4)), "the signature of checkpoint does not hold");
  const withheld = lines("bodies.jsonl").filter((body) => `${body}` === "-").length;
  console.log(`Holds: ${leaves.length} entries of ledger ${ledger}, ${withheld} bodies withheld, signed by ${sha(by).toString("hex").slice(0, 16)}.`);
} catch (fault) {
  console.error(`DOES NOT HOLD: ${fault.message}`);
  process.exit(1);
}
