/** The head's figures for services that keep a history. A figure that was not judged has no value that holds: it is left out. */
import { displayUnit, scaleFor } from "../../report/format.ts";
import { printable } from "../../report/printable.ts";
import { metrics } from "../core/metrics.ts";
import type { MemberResult } from "../core/gate/verdict.ts";
import { type GateReport, roundsText } from "./show.ts";

/** BenchmarkResult of github-action-benchmark (src/extract.ts), for its tools customBiggerIsBetter and customSmallerIsBetter. */
export interface ActionBenchmark {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** Shown beside the value. */
  readonly range?: string;
  /** Shown when pointed at. */
  readonly extra: string;
}

export function actionBenchmarks(report: GateReport, better: "higher" | "lower"): readonly ActionBenchmark[] {
  return measured(report)
    .filter(({ metric }) => metrics[metric].better === better)
    .map(({ implementation, metric, head, headInterval, verdict }) => {
      const { divisor, unit } = scaleFor(metric);
      const half = headInterval === null ? null : (headInterval.high - headInterval.low) / 2 / divisor;
      return {
        name: printable(`${implementation} ${metrics[metric].title}`),
        unit,
        value: head / divisor,
        ...(half === null ? {} : { range: `± ${Number(half.toPrecision(2))}` }),
        extra: printable(`${report.scenario}, ${report.head} against ${report.base}: ${verdict}; ${roundsText(report)}`),
      };
    });
}

/**
 * Bencher Metric Format: benchmark, measure, value with bounds (bencher.dev/bmf.json). "throughput" is a measure that Bencher
 * knows, in operations per second; the others are named with their unit, since a new measure has none.
 */
export type BencherMetrics = Readonly<Record<string, Readonly<Record<string, BencherMetric>>>>;
interface BencherMetric {
  readonly value: number;
  readonly lower_value?: number;
  readonly upper_value?: number;
}

export function bencherMetrics(report: GateReport): BencherMetrics {
  const benchmarks: Record<string, Record<string, BencherMetric>> = {};
  for (const { implementation, metric, head, headInterval } of measured(report)) {
    const { divisor } = scaleFor(metric);
    const name = metric === "throughput" ? "throughput" : `${metrics[metric].title} (${displayUnit(metric)})`;
    const bounds = headInterval === null ? {} : { lower_value: headInterval.low / divisor, upper_value: headInterval.high / divisor };
    (benchmarks[printable(`${implementation} ${report.scenario}`)] ??= {})[name] = { value: head / divisor, ...bounds };
  }
  return benchmarks;
}

function measured({ members }: GateReport): readonly (MemberResult & { readonly head: number })[] {
  return members.flatMap((member) => (member.head === null || member.verdict === "unjudged" ? [] : [{ ...member, head: member.head }]));
}
