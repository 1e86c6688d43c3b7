/** L1: bounded by bytes of keys and values, least recently used first out, each entry with an end. A value of null is a known absence. */
import { fault } from "./settings.mjs";

export class L1 {
  #entries = new Map();
  #maxBytes;
  bytes = 0;

  constructor(maxBytes) {
    this.#maxBytes = maxBytes;
  }

  get size() {
    return this.#entries.size;
  }

  get(key) {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.endMs <= performance.now()) {
      this.delete(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  set(key, value, lifeMs) {
    this.delete(key);
    const bytes = Buffer.byteLength(key) + (value?.length ?? 0);
    if (bytes > this.#maxBytes || lifeMs <= 0) return;
    this.#entries.set(key, { value, bytes, endMs: performance.now() + lifeMs });
    this.bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.bytes <= this.#maxBytes || fault("unbounded-l1")) break;
      this.delete(oldest);
    }
  }

  delete(key) {
    this.bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }

  clear() {
    this.#entries.clear();
    this.bytes = 0;
  }
}
