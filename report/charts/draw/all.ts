/** Every chart of a report by its name: the page and the PNGs draw the same. A new chart is one entry here. */
import type { ColdStartChart, TableCharts } from "../types.ts";
import { cpuChart, throughputChart } from "./bars.ts";
import { coldStartChart } from "./cold-start.ts";
import { latencyChart, loadChart } from "./latency.ts";
import { memoryChart } from "./memory.ts";
import type { Configuration, Theme } from "./theme.ts";

export interface ChartData {
  readonly tables: readonly { readonly id: string; readonly charts: TableCharts }[];
  readonly coldStart: ColdStartChart | null;
}

export interface NamedChart {
  readonly name: string;
  /** Bars and boxes, for the height; null for charts of lines. */
  readonly bars: number | null;
  readonly configure: (theme: Theme) => Configuration;
}

export function allCharts({ tables, coldStart }: ChartData): NamedChart[] {
  return [
    ...tables.flatMap(({ id, charts: { throughput, latency, load, memory, cpu } }) => [
      { name: `throughput-${id}`, bars: throughput.length, configure: (theme: Theme) => throughputChart(throughput, theme) },
      { name: `latency-${id}`, bars: latency.length > 0 ? null : 0, configure: (theme: Theme) => latencyChart(latency, theme) },
      { name: `load-${id}`, bars: load.length > 0 ? null : 0, configure: (theme: Theme) => loadChart(load, theme) },
      { name: `memory-${id}`, bars: memory.length > 0 ? null : 0, configure: (theme: Theme) => memoryChart(memory, theme) },
      { name: `cpu-${id}`, bars: cpu.length, configure: (theme: Theme) => cpuChart(cpu, theme) },
    ]),
    {
      name: "cold-start",
      bars: coldStart?.boxes.length ?? 0,
      configure: (theme: Theme) => coldStartChart(coldStart?.boxes ?? [], theme),
    },
  ].filter(({ bars }) => bars !== 0);
}
