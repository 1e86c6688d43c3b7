/** What is read of the service and of Redis around each load point. */
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

  async sampleMemory(phase: MemorySample["phase"]): Promise<void> {
    const atS = (performance.now() - this.#service.startedAtMs) / 1000;
    const memory = await this.#service.probe.memory();
    if (memory.processes > 0) this.memory.push({ phase, atS, ...memory });
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
    // Once a second, not oftener: reading smaps_rollup holds up the process that is read.
    const samples: Promise<void>[] = [];
    const sampling = setInterval(() => samples.push(this.sampleMemory(point.kind)), 1_000);
    try {
      let besides: Promise<LoadPointResult["beside"]> | null = null;
      const measured = await load(() => {
        cpu.mark();
        besides ??= beside();
        // It is awaited below; until then a failure must not count as unhandled.
        besides.catch(() => {});
      });
      clearInterval(sampling);
      await Promise.all(samples);
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
      clearInterval(sampling);
    }
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
