/** What is read of the service and of Redis around each load point. */
import type { LoadPoint } from "../core/measurement.ts";
import type { LoadPointResult, MemorySample } from "../core/result.ts";
import { countsSince, readServiceCounts } from "../probes/service-metrics.ts";
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

  async sampleMemory(phase: MemorySample["phase"]): Promise<void> {
    const atS = (performance.now() - this.#service.startedAtMs) / 1000;
    const memory = await this.#service.probe.memory();
    if (memory.processes > 0) this.memory.push({ phase, atS, ...memory });
  }

  async around(point: LoadPoint, load: (onWindow: () => void) => Promise<LoadPointResult["load"]>): Promise<LoadPointResult> {
    const [callsBefore, countsBefore] = await this.#counts();
    const cpu = new CpuWindow(this.#service, this.#redis);
    // Once a second, not oftener: reading smaps_rollup holds up the process that is read.
    const samples: Promise<void>[] = [];
    const sampling = setInterval(() => samples.push(this.sampleMemory(point.kind)), 1_000);
    try {
      const measured = await load(() => cpu.mark());
      clearInterval(sampling);
      await Promise.all(samples);
      const [callsAfter, countsAfter] = await this.#counts();
      const { serviceCpuS, redisCpuS } = await cpu.within(measured.elapsedS);
      return {
        load: measured,
        serviceCpuS,
        redisCpuS,
        redisCalls: countsSince(callsBefore, callsAfter),
        serviceRequests: countsSince(countsBefore, countsAfter),
      };
    } finally {
      clearInterval(sampling);
    }
  }

  #counts(): Promise<[Record<string, number>, Readonly<Record<string, number>>]> {
    return Promise.all([this.#redis.calls(), readServiceCounts(this.#service.origin, this.#signal)]);
  }
}
