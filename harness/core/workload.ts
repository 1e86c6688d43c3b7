/**
 * The load as data: which operation on which key with which value, in what order. All of it follows from a seed and
 * is drawn before anything is timed, so that every implementation receives the same bytes.
 */
import type { Operation } from "./operations.ts";
import type { KeyChoice, ValueSize } from "./scenario.ts";
import { rankSampler, rankToKey } from "./workload/key-choice.ts";
import { seededRandom } from "./workload/random.ts";
import { buildValueTemplates, initialTemplate, templateSizes, type ValueTemplates } from "./workload/values.ts";

export { keyName } from "./workload/keys.ts";
export { parseDocument, type ValueTemplates } from "./workload/values.ts";
export { poissonArrivals } from "./workload/arrivals.ts";
export { seededRandom } from "./workload/random.ts";

export interface CacheWorkload {
  readonly kind: "cache";
  /** Shares that add up to 1. */
  readonly operations: Readonly<Record<Operation, number>>;
  readonly keys: { readonly count: number; readonly choice: KeyChoice };
  readonly valueSize: ValueSize;
  /** Life of what is written, s; absent: the service's default. */
  readonly ttlS?: number;
}

/** Operations as the stream holds them; the order of `operations` in scenario.ts. */
export const operationCodes = { get: 0, put: 1, delete: 2 } as const;

export interface WorkloadStream {
  readonly length: number;
  readonly operations: Uint8Array;
  readonly keys: Uint32Array;
  /** Index into the value templates; drawn for every entry, used by puts. */
  readonly templates: Uint16Array;
}

/** Twice as many entries as keys, so that the stream does not repeat itself out of an L1 that holds a tenth of the data. */
export function streamLength({ keys }: Pick<CacheWorkload, "keys">): number {
  return Math.max(200_000, 2 * keys.count);
}

export function buildStream(workload: CacheWorkload, seed: number, length: number = streamLength(workload)): WorkloadStream {
  const templateCount = templateSizes(workload.valueSize).length;
  const stream = {
    length,
    operations: new Uint8Array(length),
    keys: new Uint32Array(length),
    templates: new Uint16Array(length),
  };
  const operationRandom = seededRandom(seed, "operations");
  const keyRandom = seededRandom(seed, "keys");
  const templateRandom = seededRandom(seed, "value templates");
  const rank = rankSampler(workload.keys.choice, workload.keys.count);
  const keyOfRank = rankToKey(workload.keys.count);
  const { get, put } = workload.operations;
  for (let i = 0; i < length; i++) {
    const draw = operationRandom.unit();
    stream.operations[i] =
      draw < get ? operationCodes.get : draw < get + put || workload.operations.delete === 0 ? operationCodes.put : operationCodes.delete;
    stream.keys[i] = keyOfRank(rank(keyRandom));
    stream.templates[i] = Math.floor(templateRandom.unit() * templateCount);
  }
  return stream;
}

export function valueTemplates(workload: CacheWorkload, seed: number): ValueTemplates {
  return buildValueTemplates(workload.valueSize, seededRandom(seed, "values"));
}

/** The data set before the trial: version 0 of every key. */
export function initialValue(templates: ValueTemplates, keyIndex: number): string {
  return templates.document(initialTemplate(keyIndex, templates.sizes.length), keyIndex, 0);
}

/** Entries of the stream dealt to one agent of several, and versions that no other agent writes. */
export interface Share {
  readonly agent: number;
  readonly agents: number;
}

/**
 * One agent's way through the stream: entries i, i + n, ... When the stream ends it starts over; the versions go on,
 * 1 + i, 1 + i + n, ... (0 is the value before the trial), so that no two writes of a trial are equal.
 */
export class StreamCursor {
  readonly #length: number;
  readonly #share: Share;
  #next: number;
  #nextVersion: number;

  constructor(length: number, share: Share) {
    if (length < share.agents) throw new RangeError(`a stream of ${length} entries cannot be dealt to ${share.agents} agents`);
    this.#length = length;
    this.#share = share;
    this.#next = share.agent;
    this.#nextVersion = 1 + share.agent;
  }

  /** The number of the agent's next entry. */
  entry(): number {
    const entry = this.#next;
    this.#next += this.#share.agents;
    if (this.#next >= this.#length) this.#next = this.#share.agent;
    return entry;
  }

  /** The version of the agent's next write. */
  version(): number {
    const version = this.#nextVersion;
    this.#nextVersion += this.#share.agents;
    return version;
  }
}
