/** What a Docker engine tells of a container (GET /containers/ID/stats), for machines whose /proc is out of reach. */
import { z } from "zod";
import type { Containment } from "../core/containment.ts";

const count = z.number().optional();

const statsSchema = z.object({
  cpu_stats: z.object({
    cpu_usage: z.object({ total_usage: z.number() }),
    throttling_data: z.object({ throttled_periods: count, throttled_time: count }).optional(),
  }),
  memory_stats: z.object({
    usage: count,
    max_usage: count,
    /** Page cache that can be dropped is called total_inactive_file by cgroup v1 and inactive_file by v2. */
    stats: z.object({ total_inactive_file: count, inactive_file: count }).optional(),
  }),
});

export interface EngineStats {
  readonly cpuS: number;
  /** Memory in use without the page cache that can be dropped, as `docker stats` shows it. */
  readonly memoryBytes: number | null;
  readonly containment: Containment;
}

/** Null for a container that does not run: the engine then sends no memory and no processor time. */
export function parseEngineStats(stats: unknown): EngineStats | null {
  const parsed = statsSchema.safeParse(stats);
  if (!parsed.success) return null;
  const { cpu_stats: cpu, memory_stats: memory } = parsed.data;
  if (memory.usage === undefined && cpu.cpu_usage.total_usage === 0) return null;
  const inactive = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
  const { throttled_periods: periods, throttled_time: ns } = cpu.throttling_data ?? {};
  return {
    cpuS: cpu.cpu_usage.total_usage / 1e9,
    memoryBytes: memory.usage === undefined ? null : memory.usage - inactive,
    containment: {
      memoryPeakBytes: memory.max_usage ?? null,
      // The engine tells of kills for memory only when the container has ended.
      oomKills: null,
      throttledPeriods: periods ?? null,
      throttledS: ns === undefined ? null : ns / 1e9,
    },
  };
}
