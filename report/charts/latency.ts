/** Percentile curves at the common offered rate: histograms of all valid launches merged, never percentiles averaged. */
import type { Histogram } from "hdr-histogram-js";
import { mergeHistograms, samplesNeededBeyond } from "../../harness/core/histogram.ts";
import { isLate } from "../../harness/core/gates.ts";
import type { LoadMeasurement } from "../../harness/core/measurement.ts";
import type { MeasuredOutcome, Result } from "../../harness/core/result.ts";
import type { PercentilePoint } from "./types.ts";

/** Distance of two points on the axis log10(1 / (1 - p)): twenty for each nine. */
const step = 0.05;

export interface LatencyCurve {
  readonly launches: number;
  readonly samples: number;
  readonly points: readonly PercentilePoint[];
}

export function latencyCurve(result: Result, implementation: string, scenario: string, rate: number): LatencyCurve {
  const loads = result.trials
    .filter((trial) => trial.implementation === implementation && trial.scenario === scenario)
    .flatMap(({ outcome }) => (outcome.kind === "measured" ? validLoads(outcome, rate) : []));
  const merged = mergeHistograms(loads.flatMap(({ operations }) => Object.values(operations).map((operation) => operation.responseTimeUs)));
  return {
    launches: loads.length,
    samples: merged.totalCount,
    points: punctual(curve(merged), mergeHistograms(loads.flatMap(({ scheduleLagUs }) => scheduleLagUs ?? []))),
  };
}

/** A line ends where the agent sent so late that it shows, as the percentiles of the table do. */
function punctual(points: readonly PercentilePoint[], lagUs: Histogram): PercentilePoint[] {
  const late = points.findIndex(({ quantile, ms }) => isLate(lagUs.getValueAtPercentile(quantile * 100), ms * 1000));
  return points.slice(0, late === -1 ? points.length : late);
}

function validLoads(outcome: MeasuredOutcome, rate: number): LoadMeasurement[] {
  return outcome.loadPoints.flatMap(({ load }, index) => {
    const asked = load.point.kind === "open-loop" && load.point.from === undefined && load.point.offeredRatePerS === rate;
    return asked && !isVoid(outcome, index) ? [load] : [];
  });
}

export function isVoid({ findings }: MeasuredOutcome, loadPoint: number): boolean {
  return findings.some((finding) => finding.severity === "void" && (finding.loadPoint === null || finding.loadPoint === loadPoint));
}

/** From where 100 samples lie below to where 100 lie beyond. */
function curve(histogram: Histogram): PercentilePoint[] {
  const total = histogram.totalCount;
  if (total < 2 * samplesNeededBeyond) return [];
  const end = Math.log10(total / samplesNeededBeyond);
  const start = -Math.log10(1 - samplesNeededBeyond / total);
  const positions = Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step).filter((x) => x >= start);
  if (end - (positions.at(-1) ?? 0) > step / 10) positions.push(end);
  return positions.map((x) => {
    const quantile = 1 - 10 ** -x;
    return { quantile, x, ms: histogram.getValueAtPercentile(quantile * 100) / 1000 };
  });
}
