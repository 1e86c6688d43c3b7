/**
 * Wakes the event loop at a due time. Node's timers step by 1 ms; polling without pause takes the whole core, which an
 * agent may share with Redis. So a thread sleeps (Atomics.wait takes fractions of a ms) until shortly before, and only
 * the last stretch is polled, with setImmediate, so that answers are still read at once.
 *
 * Seen with a prototype for 2,000 Poisson sends a second, agent pinned to one core of a quiet 2-core machine whose processors were left to
 * sleep, lag p50 / p90 in us and CPU used: setImmediate throughout 1 / 2, 100 %; setTimeout 564 / 999, 4 %; this with a last stretch of
 * 50 us 30 / 96, 10 %; 100 us 1 / 53, 14 %; 200 us 1 / 3, 28 %. With processors kept awake, in real time and beside Redis, 50 us give
 * 1 / 5 and a p99 of 50-130, on a busy host 1 / 30 and 130-320 (docs/method.md, "A quiet machine").
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { nowUs } from "./clock.ts";
import { polls } from "./turn.ts";

export class Alarm {
  /** Set by whoever has real work between two polls, so that this stretch is not counted as idle. */
  worked = false;
  /** Time spent polling with nothing to do. */
  idlePollUs = 0;
  readonly #ring: () => void;
  readonly #lastStretchUs: number;
  readonly #sequence: Int32Array;
  readonly #target: Float64Array;
  readonly #sleeper: Worker;
  #dueUs = Infinity;
  #polling = false;
  #lastPollUs = 0;

  constructor(ring: () => void, lastStretchUs: number) {
    this.#ring = ring;
    this.#lastStretchUs = lastStretchUs;
    const shared = new SharedArrayBuffer(16);
    this.#sequence = new Int32Array(shared, 0, 1);
    this.#target = new Float64Array(shared, 8, 1);
    this.#sleeper = new Worker(new URL(`./alarm-sleeper${extname(import.meta.filename)}`, import.meta.url), { workerData: shared });
    this.#sleeper.on("message", () => this.#wake());
  }

  /** Rings at `dueUs`, once; a later call replaces an earlier one. */
  set(dueUs: number): void {
    if (dueUs === this.#dueUs) return;
    this.#dueUs = dueUs;
    if (this.#polling) return;
    if (dueUs - nowUs() <= this.#lastStretchUs) this.#poll();
    else this.#sleepUntil(dueUs - this.#lastStretchUs);
  }

  async close(): Promise<void> {
    this.#dueUs = Infinity;
    await this.#sleeper.terminate();
  }

  #sleepUntil(atUs: number): void {
    this.#target[0] = atUs;
    Atomics.add(this.#sequence, 0, 1);
    Atomics.notify(this.#sequence, 0);
  }

  #wake(): void {
    if (this.#polling || this.#dueUs === Infinity) return;
    // Too early by a hair, or for a time since replaced: back to sleep.
    if (this.#dueUs - nowUs() > this.#lastStretchUs) this.#sleepUntil(this.#dueUs - this.#lastStretchUs);
    else this.#poll();
  }

  #poll(): void {
    this.#polling = true;
    this.worked = false;
    this.#lastPollUs = nowUs();
    polls(this.#lastPollUs);
    setImmediate(this.#step);
  }

  readonly #step = (): void => {
    const now = nowUs();
    if (!this.worked) this.idlePollUs += now - this.#lastPollUs;
    this.worked = false;
    this.#lastPollUs = now;
    const leftUs = this.#dueUs - now;
    if (leftUs > this.#lastStretchUs) {
      this.#polling = false;
      if (leftUs < Infinity) this.#sleepUntil(this.#dueUs - this.#lastStretchUs);
    } else if (leftUs > 0) {
      setImmediate(this.#step);
    } else {
      this.#polling = false;
      this.#dueUs = Infinity;
      this.#ring();
    }
    polls(this.#polling ? now : null);
  };
}
