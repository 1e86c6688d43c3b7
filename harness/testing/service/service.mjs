/**
 * A small cache service for the harness's own tests: it keeps the whole contract, or breaks it in the one way that FAULT
 * names. It needs no packages.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { Server } from "node:net";
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Cache } from "./cache.mjs";
import { remember, twisted, uncounted } from "./lies.mjs";
import { count, render, total } from "./metrics.mjs";
import { Unavailable } from "./redis.mjs";
import { canonical, decodeKey, isJson, parseTtl } from "./rules.mjs";
import { fault, settings } from "./settings.mjs";

if (fault("crash-at-start")) {
  console.error("the service cannot find its configuration");
  process.exit(1);
}

/** 8 MB more every few milliseconds, written so that the kernel gives it; starting takes its time in between. */
const eatMemory = () => {
  const eaten = [];
  setInterval(() => eaten.push(Buffer.alloc(8 * 1024 * 1024, 1)), 5);
};
if (fault("eats-memory")) setTimeout(eatMemory, 1_000);
if (fault("child-eats-memory")) spawn(process.execPath, ["-e", `(${eatMemory})()`], { stdio: "ignore" });

if (fault("leaves-its-cpu"))
  spawn("taskset", ["--all-tasks", "--cpu-list", "--pid", `0-${cpus().length - 1}`, String(process.pid)]).on("error", () => {});

const operations = { GET: "get", HEAD: "get", PUT: "put", DELETE: "delete" };
const results = { 400: "invalid", 404: "miss", 413: "too_large", 503: "unavailable", 204: "ok" };
/** Requests on keys that have no answer yet. */
const unanswered = new Set();
/** When a key was last written here, by performance.now(); only for the faults that remember. */
const writtenAtMs = new Map();
const remembers = fault("stale-connection") || fault("weaker-promise");
let draining = false;
/** One for each worker, as if connections were shared out among processes: the last may not hear of writes, or never keep a thing. */
const caches = Array.from({ length: settings.workers }, (_, index) => {
  const faulty = index > 0 && index === settings.workers - 1;
  return new Cache({
    invalidation: settings.invalidation && !(faulty && fault("deaf-worker")),
    l1MaxBytes: faulty && fault("cold-worker") ? 0 : settings.l1MaxBytes / settings.workers,
  });
});
const [cache] = caches;
let connections = 0;

const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  // Requests of one connection one after the other: their effects must come in order (RFC 9112, 9.3.2).
  const before = fault("parallel-pipeline") ? null : request.socket.turn;
  request.socket.turn = Promise.resolve(before).then(() => serve(request, response));
});
server.maxConnections = 20_000;
server.listen({ port: settings.port, host: settings.host, backlog: 4_096 });

process.on("SIGTERM", async () => {
  if (fault("drops-at-sigterm")) process.exit(0);
  draining = true;
  await sleep(500);
  // The listener alone: http.Server's close would end idle connections too, and lose a request that is on its way.
  Server.prototype.close.call(server);
  for (const end = performance.now() + 3_000; performance.now() < end && (await openConnections()) > 0;) await sleep(20);
  process.exit(0);
});

/** Faults that fix what a request costs in processor time, us, so that chance has no say in it: each ten requests are filled up to it. */
const costUs = fault("costs-500-us") ? 500 : fault("costs-600-us") ? 600 : 0;
const filled = { requests: 0, spentUs: 0 };
function fillUp() {
  filled.requests += 1;
  if (filled.requests % 10 !== 0) return;
  const spentUs = () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  };
  while (spentUs() < filled.spentUs + 10 * costUs);
  filled.spentUs = spentUs();
}

const openConnections = () => new Promise((resolve) => server.getConnections((_error, open) => resolve(open)));

async function serve(request, response) {
  const startedMs = performance.now();
  if (costUs > 0) fillUp();
  const [path, query = ""] = request.url.split("?");
  if (draining) response.setHeader("connection", "close");
  if (fault("frozen-date")) response.setHeader("date", "Thu, 01 Jan 2026 00:00:00 GMT");
  const segment = /^\/v1\/cache\/([^/]+)$/.exec(path)?.[1];
  if (segment === undefined) return servePage(path, response);
  const op = operations[request.method];
  if (op === undefined) {
    if (!fault("no-allow")) response.setHeader("allow", "GET, HEAD, PUT, DELETE");
    return problem(response, 405);
  }
  while (fault("few-at-once") && unanswered.size >= 40) await sleep(5);
  unanswered.add(request);
  try {
    const result = await serveKey(request, response, decodeKey(segment), query);
    if (request.method !== "GET" && remembers) writtenAtMs.set(decodeKey(segment), performance.now());
    const ignored = (fault("counts-no-head") && request.method === "HEAD") || (fault("counts-no-413") && result === "too_large");
    if (!ignored && !uncounted()) count(op, result, startedMs);
  } catch (error) {
    const lost = error instanceof Unavailable;
    if (lost) response.setHeader("retry-after", "1");
    // What is not Redis's silence is a client that went away; nobody reads this answer.
    problem(response, lost ? 503 : 400);
    if (!(lost && fault("counts-no-503"))) count(op, lost ? "unavailable" : "invalid", startedMs);
  } finally {
    unanswered.delete(request);
  }
  if (fault("hangs-under-load") && total === 2_000) for (;;);
  if (fault("crash-under-load") && total === 2_000) process.exit(3);
}

/** Answers, and gives the result by which the request is counted. */
async function serveKey(request, response, key, query) {
  if (key === null) return problem(response, 400);
  if (request.method === "PUT") return put(request, response, key, query);
  if (request.method !== "DELETE") return get(request, response, key);
  const wasThere = await cacheOf(request.socket).delete(key);
  return wasThere || !fault("delete-404") ? empty(response) : problem(response, 404);
}

const cacheOf = (socket) => (socket.cache ??= caches[connections++ % caches.length]);

async function get(request, response, key) {
  const { value, from } = remembers ? await rememberedByConnection(request.socket, key) : await cacheOf(request.socket).get(key);
  if (value === null) return problem(response, 404);
  if (fault("fails-under-load") && total > 0 && Math.random() < 0.05) throw new Unavailable("a fault");
  const body = fault("wrong-bytes") ? Buffer.concat([value, Buffer.from(" ")]) : twisted(key, value);
  response.setHeader("content-type", fault("charset") ? "application/json; charset=utf-8" : "application/json");
  response.setHeader("x-cache", fault("claims-l1") ? "L1" : from);
  response.setHeader("content-length", body.length);
  response.end(body);
  return from === "L1" ? "l1_hit" : "l2_hit";
}

async function put(request, response, key, query) {
  const ttlS = parseTtl(query);
  if (ttlS === null) return problem(response, 400);
  const body = await bodyOf(request);
  if (body === null) return problem(response, 413);
  if (!isJson(body)) return problem(response, 400);
  if (fault("parallel-pipeline")) await sleep(20);
  request.socket.memory = undefined;
  remember(key, body);
  await cacheOf(request.socket).put(key, canonical(body), Math.round(ttlS * 1_000) / 1_000);
  return empty(response);
}

/** The body, or null when it is over the limit: at once by its header, else as soon as that is seen. Node reads the rest away. */
async function bodyOf(request) {
  const length = request.headers["content-length"];
  if (Number(length ?? 0) > settings.maxValueBytes) return null;
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > settings.maxValueBytes && !fault("no-chunked-limit")) {
      request.resume();
      return null;
    }
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}

async function servePage(path, response) {
  if (path === "/livez") return response.end("live\n");
  if (path === "/metrics") return response.end(render(caches.map(({ l1 }) => l1)));
  if (path !== "/readyz") return problem(response, 404);
  const ready =
    !draining &&
    !fault("never-ready") &&
    (await cache.ping().then(
      () => true,
      () => fault("always-ready"),
    ));
  return ready ? response.end("ready\n") : problem(response, 503);
}

function problem(response, status) {
  response.statusCode = status;
  response.setHeader("content-type", fault("plain-errors") && status !== 503 ? "text/plain" : "application/problem+json");
  response.end(JSON.stringify({ type: "about:blank", status }));
  return results[status];
}

function empty(response) {
  response.statusCode = 204;
  response.end();
  return "ok";
}

/** What a connection once read it reads again for 90 ms after another wrote: as if each worker had a memory of its own. */
async function rememberedByConnection(socket, key) {
  const { memory } = socket;
  if (memory?.key === key && performance.now() - writtenAtMs.get(key) < 90) return memory;
  const read = { key, ...(await cache.get(key)) };
  if (read.value !== null) socket.memory = read;
  return read;
}
