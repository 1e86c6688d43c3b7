/** The data of a table's charts, and of the cold starts, which belong to no scenario. */
import type { MetricName } from "../../harness/core/metrics.ts";
import type { Result } from "../../harness/core/result.ts";
import type { Scenario } from "../../harness/core/scenario.ts";
import type { Row } from "../model-types.ts";
import type { Identity } from "../names.ts";
import { latencyCurve } from "./latency.ts";
import { memoryCurve } from "./memory.ts";
import { quantile } from "./order.ts";
import type { Bar, ColdStartBox, ColdStartChart, CpuBar, LoadSeries, TableCharts } from "./types.ts";

/** What does not depend on the offered rate is drawn once, at the first rate of a scenario. */
export function tableCharts(result: Result, { id, openLoop }: Scenario, rate: number, rows: readonly Row[]): TableCharts {
  const measured = rows.filter((row) => row.status === "measured");
  const rates = openLoop.offeredRatesPerS;
  const first = rate === rates[0];
  return {
    throughput: first ? measured.flatMap((row) => bar(row, "throughput")) : [],
    latency: measured
      .filter((row) => row.cells.p50.verdict !== "void")
      .map((row) => ({ ...series(row), ...latencyCurve(result, row.implementation, id, rate) }))
      .filter(({ points }) => points.length > 0),
    load: first && rates.length > 1 ? measured.map((row) => loadSeries(result, row, id)).filter(({ points }) => points.length > 0) : [],
    memory: (first ? measured : [])
      .map((row) => ({ ...series(row), ...memoryCurve(result, row.implementation, id) }))
      .filter(({ points }) => points.length > 0),
    cpu: first ? measured.flatMap(cpuBar) : [],
  };
}

export function coldStartChart(result: Result, identities: ReadonlyMap<string, Identity>): ColdStartChart | null {
  const boxes = result.coldStarts.flatMap(({ implementation, samplesMs, pollGapsMs }): ColdStartBox[] => {
    const identity = identities.get(implementation);
    if (!identity || samplesMs.length === 0) return [];
    const [min, q1, middle, q3, max] = [0, 0.25, 0.5, 0.75, 1].map((q) => quantile(samplesMs, q)) as Five;
    const longestPollGapMs = pollGapsMs.length > 0 ? Math.max(...pollGapsMs) : null;
    return [{ ...series(identity), samplesMs, min, q1, median: middle, q3, max, longestPollGapMs }];
  });
  return boxes.length === 0 ? null : { boxes, launchOverheadMs: result.launchOverheadMs };
}

type Five = [number, number, number, number, number];

function cpuBar(row: Row): CpuBar[] {
  const redis = row.cells.redisCpuPerOperation.raw?.value ?? null;
  return bar(row, "cpuPerOperation").map((one) => ({ ...one, redis }));
}

function loadSeries({ cells }: Result, row: Row, scenario: string): LoadSeries {
  const points = cells
    .filter((cell) => cell.scenario === scenario && cell.implementation === row.implementation)
    .flatMap(({ offeredRatePerS, figures: { p50, p99 } }) =>
      p50.verdict === "valid" && p99.verdict === "valid" ? [{ offeredRatePerS, p50Ms: p50.value / 1000, p99Ms: p99.value / 1000 }] : [],
    );
  return { ...series(row), points: points.toSorted((a, b) => a.offeredRatePerS - b.offeredRatePerS) };
}

function bar(row: Row, metric: MetricName): Bar[] {
  const { verdict, raw } = row.cells[metric];
  if (raw === null) return [];
  const { value, interval } = raw;
  return [{ ...series(row), value, low: interval?.low ?? value, high: interval?.high ?? value, bounded: verdict === "bounded" }];
}

function series({ implementation, name, variant, colour }: Identity): Pick<Identity, "implementation" | "name" | "variant" | "colour"> {
  return { implementation, name, variant, colour };
}
