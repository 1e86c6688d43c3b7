/** Processor time of service and Redis within a load point's window. */
import type { RedisAdmin } from "../redis/admin.ts";
import type { Service } from "../targets/service.ts";

interface Reading {
  readonly atMs: number;
  readonly cpuS: number | null;
}

/**
 * Marked at the window's start and end. A mark may come some ms late on a busy machine, so the time used between the two
 * is scaled by the time that really lay between them.
 */
export class CpuWindow {
  readonly #service: Service;
  readonly #redis: RedisAdmin;
  readonly #serviceReadings: Promise<Reading>[] = [];
  readonly #redisReadings: Promise<Reading>[] = [];

  constructor(service: Service, redis: RedisAdmin) {
    this.#service = service;
    this.#redis = redis;
  }

  mark(): void {
    this.#serviceReadings.push(this.#readService());
    this.#redisReadings.push(this.#readRedis());
  }

  /** Processor time used in a window of this length; null where it could not be read. */
  async within(elapsedS: number): Promise<{ serviceCpuS: number | null; redisCpuS: number | null }> {
    return {
      serviceCpuS: usedWithin(await Promise.all(this.#serviceReadings), elapsedS),
      redisCpuS: usedWithin(await Promise.all(this.#redisReadings), elapsedS),
    };
  }

  /** On this machine the reading is done when the call returns; on another it lies half-way, in the middle of the question and its answer. */
  async #readService(): Promise<Reading> {
    const askedMs = performance.now();
    const cpuS = await this.#service.probe.cpuSeconds();
    return { atMs: (askedMs + performance.now()) / 2, cpuS };
  }

  async #readRedis(): Promise<Reading> {
    // A Redis that does not answer is seen by the service's answers; here it only leaves the figure out.
    const cpuS = await this.#redis.cpuS().catch(() => null);
    return { atMs: performance.now(), cpuS };
  }
}

function usedWithin(readings: readonly Reading[], elapsedS: number): number | null {
  const [start, end] = [readings[0], readings.at(-1)];
  if (start === undefined || end === undefined || start === end || start.cpuS === null || end.cpuS === null) return null;
  return ((end.cpuS - start.cpuS) * elapsedS * 1000) / (end.atMs - start.atMs);
}
