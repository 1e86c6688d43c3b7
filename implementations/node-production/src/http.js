/** The contract over node:http: route, method, key, ttl, size and JSON, judged in this order. */
import { absent } from "./l1.js";
import * as metrics from "./metrics.js";
import { decodeKey, isJson, ttlMsOf } from "./rules.js";
import { Unavailable } from "./store.js";

const operations = { GET: "get", HEAD: "get", PUT: "put", DELETE: "delete" };
const pages = new Set(["/livez", "/readyz", "/metrics"]);
const titles = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Content Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** A listener for "request". `state.draining` turns /readyz to 503 and lets connections go. */
export function createHandler({ cache, store, settings, state }) {
  return (request, response) => {
    // Requests of one connection one after the other: their effects must come in order (RFC 9112, 9.3.2).
    const { socket } = request;
    socket.turn = Promise.resolve(socket.turn).then(() => serve(request, response));
  };

  async function serve(request, response) {
    const startedMs = performance.now();
    const { url } = request;
    const question = url.indexOf("?");
    const path = question === -1 ? url : url.slice(0, question);
    const query = question === -1 ? "" : url.slice(question + 1);
    if (state.draining) response.setHeader("Connection", "close");
    const segment = path.startsWith("/v1/cache/") ? path.slice("/v1/cache/".length) : "";
    if (segment === "" || segment.includes("/")) return page(path, request, response);
    const op = operations[request.method];
    if (op === undefined) return problem(response, 405, "", { Allow: "GET, HEAD, PUT, DELETE" });
    let result;
    try {
      result = await serveKey(request, response, decodeKey(segment), query);
    } catch (error) {
      result = failed(request, response, error);
    }
    metrics.count(op, result, startedMs);
  }

  /** Answers, and gives the result by which the request is counted. */
  async function serveKey(request, response, key, query) {
    if (key === null) {
      problem(response, 400, "the key is not 1 to 250 bytes of percent-encoded UTF-8");
      return "invalid";
    }
    if (request.method === "PUT") return put(request, response, key, query);
    if (request.method !== "DELETE") return get(response, key);
    await cache.delete(key);
    return stored(response);
  }

  async function get(response, key) {
    const known = cache.peek(key);
    const value = known ?? (await cache.fetch(key));
    if (value === absent) {
      problem(response, 404, "there is no such key");
      return "miss";
    }
    const from = known === undefined ? "L2" : "L1";
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": value.length, "X-Cache": from });
    response.end(value, "latin1");
    return known === undefined ? "l2_hit" : "l1_hit";
  }

  async function put(request, response, key, query) {
    const ttlMs = ttlMsOf(query, settings.defaultTtlS);
    if (ttlMs === null) {
      problem(response, 400, "ttl must be a whole number of seconds from 1, given once");
      return "invalid";
    }
    const body = await bodyOf(request, settings.maxValueBytes);
    if (body === null) {
      problem(response, 413, `the value is longer than ${settings.maxValueBytes} bytes`);
      return "too_large";
    }
    if (!isJson(body)) {
      problem(response, 400, "the body is not JSON (RFC 8259, in UTF-8)");
      return "invalid";
    }
    await cache.put(key, body, ttlMs);
    return stored(response);
  }

  async function page(path, request, response) {
    if (!pages.has(path)) return problem(response, 404, "there is no such route");
    if (request.method !== "GET" && request.method !== "HEAD") return problem(response, 405, "", { Allow: "GET, HEAD" });
    if (path === "/livez") return text(response, "live\n");
    if (path === "/metrics") return text(response, await metrics.render(), metrics.contentType);
    const ready =
      !state.draining &&
      (await store.ping().then(
        () => true,
        () => false,
      ));
    return ready ? text(response, "ready\n") : unavailable(response, state.draining ? "shutting down" : "Redis does not answer");
  }
}

function failed(request, response, error) {
  if (error instanceof Unavailable) {
    unavailable(response, error.message);
    return "unavailable";
  }
  // A client that went away in the middle of its body reads no answer; what else there is, is a fault of ours.
  if (!request.destroyed) {
    console.error(error);
    problem(response, 500, "a fault of the service");
  }
  return "error";
}

function stored(response) {
  response.writeHead(204);
  response.end();
  return "ok";
}

function text(response, body, type = "text/plain; charset=utf-8") {
  response.writeHead(200, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

const unavailable = (response, detail) => problem(response, 503, detail, { "Retry-After": "1" });

/** RFC 9457. What is left of a request's body, Node reads away. */
function problem(response, status, detail, headers = {}) {
  const body = JSON.stringify({ type: "about:blank", title: titles[status], status, ...(detail === "" ? {} : { detail }) });
  response.writeHead(status, { ...headers, "Content-Type": "application/problem+json", "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

/** The body; null as soon as it is known to be over the limit. */
function bodyOf(request, maxBytes) {
  const length = Number(request.headers["content-length"] ?? 0);
  if (length > maxBytes) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const chunks = [];
    let bytes = 0;
    request.on("data", (chunk) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else resolve(null);
    });
    request.on("end", () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.on("error", reject);
  });
}
