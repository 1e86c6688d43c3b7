/**
 * A small cache service for the harness's own tests: it keeps the contract as far as `run` checks it, and breaks it in
 * the one way that FAULT names. It speaks RESP itself so that it needs no packages.
 */
import { createServer } from "node:http";
import { connect } from "node:net";

const { PORT, HOST = "127.0.0.1", REDIS_URL, FAULT = "none" } = process.env;
const maxValueBytes = 1_048_576;
const l1 = new Map();
const counts = new Map();
const redis = connectRedis(new URL(REDIS_URL));

if (FAULT === "crash-at-start") {
  console.error("the service cannot find its configuration");
  process.exit(1);
}

const server = createServer(async (request, response) => {
  const [, name] = /^\/v1\/cache\/([^/]+)$/.exec(request.url.split("?")[0]) ?? [];
  if (request.url === "/readyz" || request.url === "/livez") return answer(response, FAULT === "never-ready" ? 503 : 200);
  if (request.url === "/metrics") return answer(response, 200, metrics(), "text/plain");
  if (name === undefined) return answer(response, 404);
  const key = decodeURIComponent(name);
  if (request.method === "PUT") return put(key, await bodyOf(request), response);
  if (request.method === "DELETE") {
    l1.delete(key);
    if (FAULT !== "keeps-deleted") await redis("DEL", `cache:${key}`);
    return count("delete", "ok", answer(response, 204));
  }
  return get(key, response);
});
server.maxConnections = 20_000;
server.listen({ port: Number(PORT), host: HOST, backlog: 4_096 });
process.on("SIGTERM", () => process.exit(0));
if (FAULT === "crash-under-load") setTimeout(() => process.exit(3), 2_500);

async function get(key, response) {
  let [value, from] = [l1.get(key), "L1"];
  if (value === undefined) [value, from] = [await redis("GET", `cache:${key}`), "L2"];
  if (value === null) return count("get", "miss", answer(response, 404));
  l1.set(key, value);
  if (FAULT === "wrong-bytes") value = Buffer.concat([value, Buffer.from(" ")]);
  if (FAULT === "fails-under-load" && counts.size > 0 && Math.random() < 0.05) return count("get", "unavailable", answer(response, 503));
  response.setHeader("x-cache", from);
  return count("get", from === "L1" ? "l1_hit" : "l2_hit", answer(response, 200, value, "application/json"));
}

async function put(key, body, response) {
  if (body.length > maxValueBytes && FAULT !== "no-limit") return count("put", "too_large", answer(response, 413));
  if (!isJson(body) && FAULT !== "takes-anything") return count("put", "invalid", answer(response, 400));
  await redis("SET", FAULT === "other-prefix" ? key : `cache:${key}`, body, "EX", "300");
  l1.set(key, body);
  return count("put", "ok", answer(response, 204));
}

function isJson(body) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function answer(response, status, body, type) {
  response.statusCode = status;
  if (type !== undefined) response.setHeader("content-type", type);
  response.end(body);
}

function count(op, result) {
  const name = `cache_requests_total{op="${op}",result="${result}"}`;
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function metrics() {
  return [...counts].map(([name, value]) => `${name} ${value}\n`).join("");
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** One pipelined connection; replies come in the order of the commands. */
function connectRedis({ hostname, port }) {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const waiting = [];
  let buffer = Buffer.alloc(0);
  socket.on("error", () => process.exit(4));
  socket.on("data", (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (let end = buffer.indexOf("\r\n"); end !== -1; end = buffer.indexOf("\r\n")) {
      const head = buffer.toString("latin1", 0, end);
      const length = head[0] === "$" ? Number(head.slice(1)) : -1;
      if (length >= 0 && buffer.length < end + 2 + length + 2) return;
      waiting.shift()(head[0] === "$" ? (length < 0 ? null : Buffer.from(buffer.subarray(end + 2, end + 2 + length))) : head);
      buffer = buffer.subarray(length >= 0 ? end + 2 + length + 2 : end + 2);
    }
  });
  return (...parts) => {
    const encoded = parts.map((part) => Buffer.from(part)).flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from("\r\n")]);
    socket.write(Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...encoded]));
    return new Promise((resolve) => waiting.push(resolve));
  };
}
