/** What is read of the service and of Redis around each load point. */
import { setTimeout as delay } from "node:timers/promises";
import type { LoadPoint } from "../core/measurement.ts";
import type { LoadPointResult, MemorySample } from "../core/result.ts";
import { messageOf } from "../errors.ts";
import {
  countsSince,
  readServiceMetrics,
  type ServiceCounts,
  type ServiceMetrics,
  type ServiceTimes,
  timesSince,
} from "../probes/service-metrics.ts";
import type { RedisAdmin } from "../redis/admin.ts";
import { ServiceFault } from "../targets/readiness.ts";
import type { Service } from "../targets/service.ts";
import { CpuWindow } from "./cpu-window.ts";

/** So far, by command and by "op/result". */
export interface ProbeCounts {
  readonly redisCalls: Readonly<Record<string, number>>;
  readonly serviceRequests: ServiceCounts;
  readonly serviceTimes: ServiceTimes | null;
}

/** A load point before it is judged. */
export type Probed = Omit<LoadPointResult, "steadyState">;

/** The time of day by the monotonic clock: it stays the same while nobody sets the clock. */
const clockOffsetMs = (): number => Date.now() - performance.now();

/**
 * A second between two samples of memory, and more after one that took long: reading smaps_rollup holds up the process that is
 * read, and may do so for 1 % of the time.
 */
export const samplePauseMs = (tookMs: number): number => Math.max(1_000, 100 * tookMs);

export class TrialProbe {
  readonly memory: MemorySample[] = [];
  readonly #service: Service;
  readonly #redis: RedisAdmin;
  readonly #signal: AbortSignal;

  constructor(service: Service, redis: RedisAdmin, signal: AbortSignal) {
    this.#service = service;
    this.#redis = redis;
    this.#signal = signal;
  }

  /** Returns how long it took, ms. */
  async sampleMemory(phase: MemorySample["phase"]): Promise<number> {
    const startMs = performance.now();
    const memory = await this.#service.probe.memory();
    const tookMs = performance.now() - startMs;
    if (memory.processes > 0) this.memory.push({ phase, atS: (startMs - this.#service.startedAtMs) / 1000, tookMs, ...memory });
    return tookMs;
  }

  /** `beside` begins with the window. */
  async around(
    point: LoadPoint,
    load: (onWindow: () => void) => Promise<LoadPointResult["load"]>,
    beside: () => Promise<LoadPointResult["beside"]> = async () => ({}),
  ): Promise<Probed> {
    const before = await this.counts();
    const clockBeforeMs = clockOffsetMs();
    const cpu = new CpuWindow(this.#service, this.#redis);
    const stop = new AbortController();
    const sampling = this.#sampleMemoryUntil(stop.signal, point.kind);
    // It is awaited below, as `besides` is; until then a failure must not count as unhandled.
    sampling.catch(() => {});
    try {
      let besides: Promise<LoadPointResult["beside"]> | null = null;
      const measured = await load(() => {
        cpu.mark();
        besides ??= beside();
        besides.catch(() => {});
      });
      stop.abort();
      await sampling;
      const counts = await this.countsSince(before);
      const { serviceCpuS, redisCpuS } = await cpu.within(measured.elapsedS);
      return {
        load: measured,
        serviceCpuS,
        redisCpuS,
        clockStepMs: clockOffsetMs() - clockBeforeMs,
        ...counts,
        beside: (await besides) ?? {},
      };
    } finally {
      stop.abort();
    }
  }

  async #sampleMemoryUntil(stop: AbortSignal, phase: MemorySample["phase"]): Promise<void> {
    let pauseMs = samplePauseMs(0);
    while (await delay(pauseMs, true, { signal: stop }).catch(() => false)) pauseMs = samplePauseMs(await this.sampleMemory(phase));
  }

  async counts(): Promise<ProbeCounts> {
    const [redisCalls, { counts, times }] = await Promise.all([this.#redis.calls(), this.#readService()]);
    return { redisCalls, serviceRequests: counts, serviceTimes: times };
  }

  async #readService(): Promise<ServiceMetrics> {
    try {
      return await readServiceMetrics(this.#service.origin, this.#signal);
    } catch (error) {
      this.#signal.throwIfAborted();
      throw new ServiceFault(`gave no answer on /metrics: ${messageOf(error)}`, this.#service);
    }
  }

  async countsSince(before: ProbeCounts): Promise<Pick<LoadPointResult, keyof ProbeCounts>> {
    const after = await this.counts();
    return {
      redisCalls: countsSince(before.redisCalls, after.redisCalls),
      serviceRequests: countsSince(before.serviceRequests, after.serviceRequests),
      serviceTimes: timesSince(before.serviceTimes, after.serviceTimes),
    };
  }
}
