/** The data of a table's charts, and of the cold starts, which belong to no scenario. */
import { mean } from "simple-statistics";
import type { ValidFigure } from "../../harness/core/compare.ts";
import { type MetricName, shareMetrics } from "../../harness/core/metrics.ts";
import type { Result } from "../../harness/core/result.ts";
import type { Scenario } from "../../harness/core/scenario.ts";
import { launchesForInterval } from "../../harness/core/statistics.ts";
import type { Row } from "../model-types.ts";
import type { Identity } from "../names.ts";
import { latencyCurve } from "./latency.ts";
import { memoryCurve } from "./memory.ts";
import { quantile } from "./order.ts";
import type { Bar, ColdStartBox, ColdStartChart, CpuBar, LoadSeries, RatePoint, TableCharts } from "./types.ts";

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
    load: (first ? measured : []).map((row) => loadSeries(result, row, id)).filter(({ points }) => points.length > 1),
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

function loadSeries(result: Result, row: Row, scenario: string): LoadSeries {
  const cells = result.cells.filter((cell) => cell.scenario === scenario && cell.implementation === row.implementation);
  const common = cells.flatMap(({ offeredRatePerS, figures: { p50, p99 } }): RatePoint[] =>
    p50.verdict === "valid" && p99.verdict === "valid"
      ? [{ offeredRatePerS, capacityShare: null, p50Ms: p50.value / 1000, ...tail(p99) }]
      : [],
  );
  const own = Object.entries(shareMetrics).flatMap(([metric, capacityShare]): RatePoint[] => {
    const p99 = cells[0]?.figures[metric as keyof typeof shareMetrics];
    const rates = ratesAt(result, row.implementation, scenario, capacityShare);
    if (p99?.verdict !== "valid" || rates.length === 0) return [];
    return [{ offeredRatePerS: Math.round(mean(rates)), capacityShare, p50Ms: null, ...tail(p99) }];
  });
  return { ...series(row), points: [...common, ...own].toSorted((a, b) => a.offeredRatePerS - b.offeredRatePerS) };
}

function tail({ value, launches }: ValidFigure): Pick<RatePoint, "p99Ms" | "launches" | "few"> {
  return { p99Ms: value / 1000, launches, few: launches < launchesForInterval };
}

/** What was offered as this share of capacity, launch by launch. */
function ratesAt({ trials }: Result, implementation: string, scenario: string, share: number): number[] {
  return trials
    .filter((trial) => trial.implementation === implementation && trial.scenario === scenario)
    .flatMap(({ outcome }) => (outcome.kind === "measured" ? outcome.loadPoints : []))
    .flatMap(({ load: { point } }) =>
      point.kind === "open-loop" && point.from?.kind === "capacity" && point.from.share === share ? [point.offeredRatePerS] : [],
    );
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
