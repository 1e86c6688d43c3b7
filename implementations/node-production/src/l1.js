/**
 * L1: least recently used first out, bounded by the bytes of keys and values, each entry with an end of its own.
 * Values are Latin-1 strings, one character a byte: they cost a header of 16 bytes, go out in one write with the head of
 * the answer, and do not pin the network buffer that a slice of it would.
 */
import { LRUCache } from "lru-cache";

/** Stands for a key that Redis does not have. */
export const absent = Symbol("absent");

export class L1 {
  #entries;

  constructor(maxBytes) {
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (value, key) => Buffer.byteLength(key) + (value === absent ? 0 : value.length),
      // Exact to the millisecond at every look.
      ttlResolution: 0,
    });
  }

  /** A value, `absent`, or undefined where nothing is known. */
  get(key) {
    return this.#entries.get(key);
  }

  set(key, value, lifeMs) {
    if (lifeMs >= 1) this.#entries.set(key, value, { ttl: Math.floor(lifeMs) });
  }

  delete(key) {
    this.#entries.delete(key);
  }

  clear() {
    this.#entries.clear();
  }

  get bytes() {
    return this.#entries.calculatedSize;
  }

  get entries() {
    return this.#entries.size;
  }
}
