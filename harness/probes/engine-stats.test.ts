import { expect, test } from "vitest";
import { parseEngineStats } from "./engine-stats.ts";

const cpu = { cpu_usage: { total_usage: 2_500_000_000 }, throttling_data: { throttled_periods: 2, throttled_time: 1_000_000_000 } };

test("an engine's count of a container gives processor time, memory without droppable cache, and throttling", () => {
  const v1 = { cpu_stats: cpu, memory_stats: { usage: 1_000, max_usage: 2_000, stats: { total_inactive_file: 100 } } };
  expect(parseEngineStats(v1)).toEqual({
    cpuS: 2.5,
    memoryBytes: 900,
    containment: { memoryPeakBytes: 2_000, oomKills: null, throttledPeriods: 2, throttledS: 1 },
  });
  const v2 = { cpu_stats: { cpu_usage: cpu.cpu_usage }, memory_stats: { usage: 1_000, stats: { inactive_file: 300 } } };
  expect(parseEngineStats(v2)).toMatchObject({ memoryBytes: 700, containment: { memoryPeakBytes: null, throttledPeriods: null } });
});

test("a container that has ended has no counts", () => {
  expect(parseEngineStats({ cpu_stats: { cpu_usage: { total_usage: 0 } }, memory_stats: {} })).toBeNull();
  expect(parseEngineStats({})).toBeNull();
});
