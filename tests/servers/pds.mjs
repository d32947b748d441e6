// Bluesky's own personal data server with a directory of identities beside it, on loopback alone, with one
// account. The first line of output says where. It ends when its input does.

import { createRequire } from "node:module";
import net from "node:net";

// It would listen for everybody.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (place, ...rest) {
  const port = typeof place === "number" ? place : place?.port;
  if (port === undefined) return listen.call(this, place, ...rest);
  const then = rest.filter((it) => typeof it === "function");
  return listen.call(this, { port, host: "127.0.0.1" }, ...then);
};

const require = createRequire(process.env.COCKPIT_PDS + "/");
const { TestNetworkNoAppView } = require("@atproto/dev-env");
const network = await TestNetworkNoAppView.create({});
await network.pds.getClient().createAccount({
  handle: "northwind.test",
  email: "northwind@northwind.test",
  password: "not-a-real-one",
});
console.log(JSON.stringify({ port: Number(new URL(network.pds.url).port) }));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
