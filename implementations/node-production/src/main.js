/** From the environment to a running service, and to its orderly end. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Cache } from "./cache.js";
import { createHandler } from "./http.js";
import { describe } from "./metrics.js";
import { readSettings } from "./settings.js";
import { Store } from "./store.js";
import { Tracking } from "./tracking.js";

const [listenerMs, connectionsMs] = [500, 3_500];

const settings = settingsOrExit();
const state = { draining: false };
const store = new Store(settings);
const cache = new Cache(store, settings);
if (settings.invalidation) {
  new Tracking(() => store.servers(), {
    onKeys: (keys) => cache.invalidate(keys),
    onTrusted: (trusted) => cache.trust(trusted),
  });
}
describe(cache.l1, JSON.parse(readFileSync(new URL("../package.json", import.meta.url))).version);

const server = createServer({ keepAliveTimeout: 75_000, noDelay: true }, createHandler({ cache, store, settings, state }));
server.on("clientError", refuse);
server.listen({ port: settings.port, host: settings.host, backlog: 4_096 });
process.once("SIGTERM", drain);
process.once("SIGINT", () => process.exit(130));

function settingsOrExit() {
  try {
    return readSettings(process.env);
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

/** What Node's parser does not take for HTTP. */
function refuse(error, socket) {
  if (!socket.writable) return;
  const status = error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
  const body = JSON.stringify({ type: "about:blank", title: status.slice(4), status: Number(status.slice(0, 3)) });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

/** Not ready at once; the listener stays a while; connections that are open may finish what they began. */
async function drain() {
  state.draining = true;
  await sleep(listenerMs);
  // The listener alone: http.Server's own close() also ends idle connections, and a request that is on its way with them.
  Server.prototype.close.call(server);
  const endMs = performance.now() + connectionsMs;
  while (performance.now() < endMs && (await openConnections()) > 0) await sleep(20);
  process.exit(0);
}

function openConnections() {
  return new Promise((resolve) => server.getConnections((_error, open) => resolve(open)));
}
