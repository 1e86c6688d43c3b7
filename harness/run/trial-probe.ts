/** What is read of the service and of Redis around each load point. */
import type { LoadPoint } from "../core/measurement.ts";
import type { LoadPointResult, MemorySample } from "../core/result.ts";
import { memoryOf } from "../probes/process-tree.ts";
import { countsSince, readServiceMetrics, type ServiceMetrics, timesSince } from "../probes/service-metrics.ts";
import type { RedisAdmin } from "../redis/admin.ts";
import type { Service } from "../targets/service.ts";
import { CpuWindow } from "./cpu-window.ts";

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

  sampleMemory(phase: MemorySample["phase"]): void {
    const atS = (performance.now() - this.#service.startedAtMs) / 1000;
    const memory = memoryOf(this.#service.processes());
    if (memory.processes > 0) this.memory.push({ phase, atS, ...memory });
  }

  /** `beside` begins with the window. */
  async around(
    point: LoadPoint,
    load: (onWindow: () => void) => Promise<LoadPointResult["load"]>,
    beside: () => Promise<LoadPointResult["beside"]>,
  ): Promise<LoadPointResult> {
    const [callsBefore, before] = await this.#counts();
    const cpu = new CpuWindow(this.#service, this.#redis);
    // Once a second, not oftener: reading smaps_rollup holds up the process that is read.
    const sampling = setInterval(() => this.sampleMemory(point.kind), 1_000);
    try {
      let besides: Promise<LoadPointResult["beside"]> | null = null;
      const measured = await load(() => {
        cpu.mark();
        besides ??= beside();
        // It is awaited below; until then a failure must not count as unhandled.
        besides.catch(() => {});
      });
      const [callsAfter, after] = await this.#counts();
      const { serviceCpuS, redisCpuS } = await cpu.within(measured.elapsedS);
      return {
        load: measured,
        serviceCpuS,
        redisCpuS,
        redisCalls: countsSince(callsBefore, callsAfter),
        serviceRequests: countsSince(before.counts, after.counts),
        serviceTimes: timesSince(before.times, after.times),
        beside: (await besides) ?? {},
      };
    } finally {
      clearInterval(sampling);
    }
  }

  #counts(): Promise<[Record<string, number>, ServiceMetrics]> {
    return Promise.all([this.#redis.calls(), readServiceMetrics(this.#service.origin, this.#signal)]);
  }
}
