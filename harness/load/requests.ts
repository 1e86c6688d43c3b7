/**
 * The bytes to send, in the stream's order. One-byte strings, not Buffers: Node writes a short one straight from the stack,
 * and a string can never be patched while an earlier write still holds it.
 */
import { keyName, operationCodes, StreamCursor, valueTemplates } from "../core/workload.ts";
import { WrittenDocuments } from "../core/workload/written.ts";
import { Ledger } from "./ledger.ts";
import type { AgentSetup, StreamedWorkload } from "./messages.ts";
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

function cacheRequests(workload: StreamedWorkload, share: AgentSetup, host: string): Requests {
  const { stream } = workload;
  const { seed, agent, agents, stalenessBoundMs } = share;
  const templates = valueTemplates(workload, seed);
  const cursor = new StreamCursor(stream.length, share);
  const head = (method: string, key: number, query = "") => `${method} /v1/cache/${keyName(key)}${query} HTTP/1.1\r\nHost: ${host}\r\n`;
  const life = workload.ttlS === undefined ? "" : `?ttl=${workload.ttlS}`;
  // By key. A GET carries nothing that changes.
  const gets = Array.from({ length: workload.keys.count }, (_, key) => flat(head("GET", key) + "\r\n"));
  const lengths = Array.from(templates.sizes, (bytes) => `Content-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`);

  const source: RequestSource = {
    operation: operationCodes.get,
    key: 0,
    version: 0,
    next() {
      const entry = cursor.entry();
      source.operation = stream.operations[entry] ?? 0;
      source.key = stream.keys[entry] ?? 0;
      if (source.operation === operationCodes.get) return gets[source.key] ?? "";
      if (source.operation === operationCodes.delete) return head("DELETE", source.key) + "\r\n";
      const template = stream.templates[entry] ?? 0;
      source.version = cursor.version();
      return head("PUT", source.key, life) + (lengths[template] ?? "") + templates.document(template, source.key, source.version);
    },
  };
  const documents = new WrittenDocuments(stream, templates, agents);
  const judge = new ValueJudge({ documents, keyCount: workload.keys.count, agent, agents, stalenessBoundMs });
  return { source, ledger: new Ledger(judge) };
}

/**
 * A concatenated string is a tree until it is first read through; make it one piece before anything is timed. To ask for its number
 * does that in half the time of a copy through a Buffer. The answer, always no number, is used: V8 leaves out what nobody uses.
 */
const flat = (text: string): string => (Number.isNaN(Number(text)) ? text : "");
