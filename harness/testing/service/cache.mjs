/** Reads through L1 to Redis, writes through to Redis, and forgets what others wrote. */
import { setTimeout as sleep } from "node:timers/promises";
import { keptFromRedis, rereads } from "./lies.mjs";
import { L1 } from "./l1.mjs";
import { timed } from "./metrics.mjs";
import { Redis } from "./redis.mjs";
import { fault, settings } from "./settings.mjs";

const prefix = "cache:";
const negativeMs = fault("long-negative") ? 3_000 : 1_000;

export class Cache {
  l1;
  #redis = new Redis();
  #flights = new Map();
  /** False while invalidations could be missed. */
  #trusted;
  #hits = 0;

  constructor({ invalidation, l1MaxBytes }) {
    this.l1 = new L1(l1MaxBytes);
    this.#trusted = !invalidation;
    if (invalidation) this.#track();
  }

  /** The value or null, and where it came from. */
  async get(key) {
    const entry = this.l1.get(key);
    if (entry !== undefined) {
      // A hidden look into Redis for some of the hits.
      if (fault("checks-hits") && this.#hits++ % 50 === 0) this.#redis.call("EXISTS", prefix + key).catch(() => {});
      if (rereads()) this.#redis.call("GET", prefix + key).catch(() => {});
      return { value: entry.value, from: "L1" };
    }
    let flight = fault("no-single-flight") ? undefined : this.#flights.get(key);
    if (flight === undefined) {
      flight = { outdated: false };
      this.#flights.set(key, flight);
      flight.value = this.#load(key, flight).finally(() => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      });
    }
    return { value: await flight.value, from: "L2" };
  }

  async put(key, value, ttlS) {
    if (keptFromRedis()) return this.l1.set(key, value, ttlS * 1_000);
    const stored = fault("marks-values") ? Buffer.concat([Buffer.from("#"), value]) : value;
    await this.#write(key, "SET", prefix + key, stored, "PX", ttlS * 1_000);
  }

  /** Whether it was there. */
  async delete(key) {
    return (await this.#write(key, "DEL", prefix + key)) > 0;
  }

  async ping() {
    await this.#redis.call("PING");
  }

  /** Evicted after the acknowledgement, not filled: an own value could hide one that somebody wrote just then. */
  async #write(key, ...command) {
    try {
      return await timed(this.#redis.call(...command));
    } finally {
      this.#forget(key, true);
    }
  }

  async #load(key, flight) {
    const [lifeMs, stored] = await timed(Promise.all([this.#redis.call("PTTL", prefix + key), this.#redis.call("GET", prefix + key)]));
    const value = fault("marks-values") && stored?.[0] === 0x23 ? stored.subarray(1) : stored;
    if (fault("no-guard")) await sleep(Math.random() * 30);
    if (flight.outdated || !this.#trusted) return value;
    if (value === null) this.l1.set(key, null, negativeMs);
    else this.l1.set(key, value, lifeMs === -1 || fault("l1-outlives") ? settings.l1TtlMs : Math.min(lifeMs, settings.l1TtlMs));
    return value;
  }

  #forget(key, own) {
    if (fault("long-negative") && !own && this.l1.get(key)?.value === null) return;
    this.l1.delete(key);
    const flight = this.#flights.get(key);
    if (flight === undefined || (fault("no-guard") && !own)) return;
    flight.outdated = true;
    this.#flights.delete(key);
  }

  #forgetAll() {
    this.l1.clear();
    for (const flight of this.#flights.values()) flight.outdated = true;
    this.#flights.clear();
  }

  /** A connection of its own, on which Redis tells of every write to our keys (CLIENT TRACKING, broadcast). */
  #track() {
    const invalidations = new Redis({
      onOpen: async () => {
        try {
          await invalidations.call("HELLO", "3");
          await invalidations.call("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", prefix);
          this.#trusted = true;
        } catch {
          // Not trusted until it works.
        }
      },
      onClose: () => {
        if (fault("trusts-after-cut")) return;
        this.#trusted = false;
        this.#forgetAll();
      },
      onPush: ([kind, keys]) => {
        if (kind.toString() !== "invalidate") return;
        if (keys === null) this.#forgetAll();
        else if (!(fault("ignores-many-keys") && keys.length >= 20))
          for (const key of keys) this.#forget(key.toString().slice(prefix.length), false);
      },
    });
  }
}
