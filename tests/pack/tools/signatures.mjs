// Every entry's signature and text by Node's own crypto: node signatures.mjs PACK. Knows no chain.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const pack = process.argv[2];
const lines = (name) => readFileSync(`${pack}/${name}`, "utf8").trimEnd().split("\n");
const [headers, bodies, sigs] = ["headers.txt", "bodies.jsonl", "sigs.txt"].map(lines);
headers.forEach((header, i) => {
  const { dev, body } = JSON.parse(header.slice(header.indexOf("{")));
  const key = createPublicKey(readFileSync(`${pack}/keys/${dev}.pem`));
  const signed = verify(null, Buffer.from(header), key, Buffer.from(sigs[i], "base64"));
  const hash = createHash("sha256").update(bodies[i]).digest("hex");
  if (!signed || (bodies[i] !== "-" && hash !== body)) throw new Error(`entry ${i + 1}`);
});
console.log(`${headers.length} signatures hold`);
