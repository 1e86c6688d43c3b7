/**
 * Which document a version is. Versions are given out in the order in which an agent's share of the stream comes to its
 * PUTs, so a version names its entry, and with it key, size and every byte: a read is judged without keeping what was written.
 */
import { initialValue, operationCodes, type WorkloadStream } from "../workload.ts";
import type { ValueTemplates } from "./values.ts";

export class WrittenDocuments {
  readonly #stream: WorkloadStream;
  readonly #templates: ValueTemplates;
  /** Of each agent, the entries that are PUTs, in its order. */
  readonly #puts: readonly Uint32Array[];

  constructor(stream: WorkloadStream, templates: ValueTemplates, agents: number) {
    this.#stream = stream;
    this.#templates = templates;
    const puts = Array.from({ length: agents }, (): number[] => []);
    stream.operations.forEach((operation, entry) => {
      if (operation === operationCodes.put) puts[entry % agents]?.push(entry);
    });
    this.#puts = puts.map((entries) => Uint32Array.from(entries));
  }

  /** The document that this version of this key is; null when no agent writes that version to that key. */
  document(keyIndex: number, version: number): string | null {
    if (version === 0) return initialValue(this.#templates, keyIndex);
    const agents = this.#puts.length;
    const entries = this.#puts[(version - 1) % agents];
    const entry = entries?.[Math.floor((version - 1) / agents) % entries.length];
    if (entry === undefined || this.#stream.keys[entry] !== keyIndex) return null;
    return this.#templates.document(this.#stream.templates[entry] ?? 0, keyIndex, version);
  }
}
