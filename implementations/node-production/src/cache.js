/** Reads through L1 to the store, writes through to the store, and forgets what others wrote. */
import { absent, L1 } from "./l1.js";

const negativeMs = 1_000;

export class Cache {
  l1;
  #store;
  #l1TtlMs;
  /** Reads on their way to the store, by key: who asks meanwhile joins. */
  #flights = new Map();
  /** Whether every write by others is heard of. */
  #trusted;

  constructor(store, { l1MaxBytes, l1TtlMs, invalidation }) {
    this.l1 = new L1(l1MaxBytes);
    this.#store = store;
    this.#l1TtlMs = l1TtlMs;
    this.#trusted = !invalidation;
  }

  /** The value or `absent`, undefined when only the store can tell. */
  peek(key) {
    return this.l1.get(key);
  }

  /** The value or `absent`, from the store. */
  fetch(key) {
    const under = this.#flights.get(key);
    if (under !== undefined) return under.answer;
    const flight = { mayFill: this.#trusted, answer: null };
    flight.answer = this.#load(key, flight).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    this.#flights.set(key, flight);
    return flight.answer;
  }

  put(key, value, ttlMs) {
    return this.#written(key, this.#store.write(key, value, ttlMs));
  }

  delete(key) {
    return this.#written(key, this.#store.remove(key));
  }

  /** Somebody wrote these keys; null: any. */
  invalidate(keys) {
    if (keys === null) this.#forgetAll();
    else for (const key of keys) this.#forget(key);
  }

  /** While writes by others may be missed nothing is kept. */
  trust(trusted) {
    this.#trusted = trusted;
    this.#forgetAll();
  }

  /** L1 is not filled: our own invalidation, on its way, cannot be told from another's. An unknown outcome is forgotten too. */
  async #written(key, done) {
    try {
      await done;
    } finally {
      this.#forget(key);
    }
  }

  async #load(key, flight) {
    const sentMs = performance.now();
    const { value, lifeMs } = await this.#store.read(key);
    if (flight.mayFill) {
      if (value === null) this.l1.set(key, absent, negativeMs);
      // -1: without an end. The life is counted from before the question, so that it never ends later than in Redis.
      else this.l1.set(key, value, Math.min(this.#l1TtlMs, lifeMs === -1 ? Infinity : lifeMs - (performance.now() - sentMs)));
    }
    return value ?? absent;
  }

  /** Nobody may join a read that began before this, and it must not fill L1. */
  #forget(key) {
    this.l1.delete(key);
    const flight = this.#flights.get(key);
    if (flight === undefined) return;
    flight.mayFill = false;
    this.#flights.delete(key);
  }

  #forgetAll() {
    this.l1.clear();
    for (const flight of this.#flights.values()) flight.mayFill = false;
    this.#flights.clear();
  }
}
