/**
 * The bytes to send, in the stream's order. One-byte strings, not Buffers: node:net writes a short one straight from the
 * stack, and a string can never be patched while an earlier write still holds it.
 */
import { buildStream, keyName, operationCodes, StreamCursor, valueTemplates, type CacheWorkload, type Share } from "../core/workload.ts";
import type { LoadWorkload } from "./messages.ts";

/** One agent's requests. `next()` moves on; `operation` says what the one just returned does. */
export interface RequestSource {
  next(): string;
  operation: number;
}

export function requestSource(workload: LoadWorkload, seed: number, share: Share, host: string): RequestSource {
  if (workload.kind === "cache") return cacheRequests(workload, seed, share, host);
  const request = flat(`GET ${workload.path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  return { operation: operationCodes.get, next: () => request };
}

function cacheRequests(workload: CacheWorkload, seed: number, share: Share, host: string): RequestSource {
  const templates = valueTemplates(workload, seed);
  const stream = buildStream(workload, seed, templates.sizes.length);
  const cursor = new StreamCursor(stream.length, share);
  const head = (method: string, key: number, query = "") => `${method} /v1/cache/${keyName(key)}${query} HTTP/1.1\r\nHost: ${host}\r\n`;
  const life = workload.ttlS === undefined ? "" : `?ttl=${workload.ttlS}`;
  const bodiless = bodilessRequests(stream.length, share, (entry) => {
    const operation = stream.operations[entry];
    if (operation === operationCodes.put) return null;
    return head(operation === operationCodes.get ? "GET" : "DELETE", stream.keys[entry] ?? 0) + "\r\n";
  });
  const lengths = Array.from(templates.sizes, (bytes) => `Content-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`);

  const source: RequestSource = {
    operation: operationCodes.get,
    next() {
      const entry = cursor.entry();
      source.operation = stream.operations[entry] ?? 0;
      const prebuilt = bodiless[(entry - share.agent) / share.agents];
      if (typeof prebuilt === "string") return prebuilt;
      const key = stream.keys[entry] ?? 0;
      const template = stream.templates[entry] ?? 0;
      return head("PUT", key, life) + (lengths[template] ?? "") + templates.document(template, key, cursor.version());
    },
  };
  return source;
}

/** GET and DELETE carry nothing that changes: built once, equal ones shared. */
function bodilessRequests(length: number, share: Share, build: (entry: number) => string | null): (string | null)[] {
  const shared = new Map<string, string>();
  const requests: (string | null)[] = [];
  for (let entry = share.agent; entry < length; entry += share.agents) {
    const request = build(entry);
    if (request !== null && !shared.has(request)) shared.set(request, flat(request));
    requests.push(request === null ? null : (shared.get(request) ?? request));
  }
  return requests;
}

/** A concatenated string is a tree until it is first read through; make it one piece before anything is timed. */
const flat = (text: string) => Buffer.from(text, "latin1").toString("latin1");
