/**
 * The bytes to send, in the stream's order. One-byte strings, not Buffers: node:net writes a short one straight from the
 * stack, and a string can never be patched while an earlier write still holds it.
 */
import {
  buildStream,
  keyName,
  operationCodes,
  StreamCursor,
  valueTemplates,
  type CacheWorkload,
  type Share,
  type WorkloadStream,
} from "../core/workload.ts";
import { operations } from "../core/operations.ts";
import { WrittenDocuments } from "../core/workload/written.ts";
import { Ledger } from "./ledger.ts";
import type { AgentSetup } from "./messages.ts";
import { ValueJudge } from "./value-judge.ts";

/** One agent's requests. `next()` moves on; the rest says what the one just returned does. */
export interface RequestSource {
  next(): string;
  operation: number;
  /** Number of its key. */
  key: number;
  /** Of a PUT, the version it writes. */
  version: number;
}

/** What a session sends, and where it is written down. */
export interface Requests {
  readonly source: RequestSource;
  readonly ledger: Ledger;
}

export function prepareRequests(setup: AgentSetup): Requests {
  const { workload } = setup;
  const { host } = new URL(setup.origin);
  if (workload.kind === "cache") return cacheRequests(workload, setup, host);
  const request = flat(`GET ${workload.path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  // Nobody knows what a single URL should answer.
  return { source: { operation: operationCodes.get, key: 0, version: 0, next: () => request }, ledger: new Ledger(null) };
}

function cacheRequests(workload: CacheWorkload, share: AgentSetup, host: string): Requests {
  const { seed, agent, agents, stalenessBoundMs } = share;
  const templates = valueTemplates(workload, seed);
  const stream = buildStream(workload, seed, templates.sizes.length);
  const cursor = new StreamCursor(stream.length, share);
  const head = (method: string, key: number, query = "") => `${method} /v1/cache/${keyName(key)}${query} HTTP/1.1\r\nHost: ${host}\r\n`;
  const life = workload.ttlS === undefined ? "" : `?ttl=${workload.ttlS}`;
  const bodiless = bodilessRequests(stream, workload.keys.count, share, (method, key) => head(method, key) + "\r\n");
  const lengths = Array.from(templates.sizes, (bytes) => `Content-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`);

  const source: RequestSource = {
    operation: operationCodes.get,
    key: 0,
    version: 0,
    next() {
      const entry = cursor.entry();
      source.operation = stream.operations[entry] ?? 0;
      source.key = stream.keys[entry] ?? 0;
      const prebuilt = bodiless[source.operation]?.[source.key];
      if (prebuilt !== undefined) return prebuilt;
      const template = stream.templates[entry] ?? 0;
      source.version = cursor.version();
      return head("PUT", source.key, life) + (lengths[template] ?? "") + templates.document(template, source.key, source.version);
    },
  };
  const documents = new WrittenDocuments(stream, templates, agents);
  const judge = new ValueJudge({ documents, keyCount: workload.keys.count, agent, agents, stalenessBoundMs });
  return { source, ledger: new Ledger(judge) };
}

/** GET and DELETE carry nothing that changes: by operation and key, each that the stream comes to. */
function bodilessRequests(
  stream: WorkloadStream,
  keyCount: number,
  share: Share,
  build: (method: string, key: number) => string,
): (string | undefined)[][] {
  const requests = operations.map((name) => Array.from<string | undefined>({ length: name === "put" ? 0 : keyCount }));
  for (let entry = share.agent; entry < stream.length; entry += share.agents) {
    const [operation, key] = [stream.operations[entry] ?? 0, stream.keys[entry] ?? 0];
    const [name, own] = [operations[operation], requests[operation]];
    if (name === undefined || name === "put" || own === undefined) continue;
    own[key] ??= flat(build(name.toUpperCase(), key));
  }
  return requests;
}

/** A concatenated string is a tree until it is first read through; make it one piece before anything is timed. */
const flat = (text: string) => Buffer.from(text, "latin1").toString("latin1");
