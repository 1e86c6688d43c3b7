/** Where each figure of one column stands against the best valid one. */
import { metrics, type MetricName } from "../harness/core/metrics.ts";
import type { Figure } from "../harness/core/result.ts";
import { exactRatio, isTooClose, ratioOf, type Ratio, type ValidFigure } from "../harness/core/compare.ts";
import { exactMetrics, formatFactor } from "./format.ts";
import type { Comparison } from "./model-types.ts";

/** Properties of the load and the data set rather than merits. */
const unrankedMetrics: ReadonlySet<MetricName> = new Set(["hitRatio", "getShare"]);

/** One comparison per figure, in the same order; null for figures that are not ranked. */
export function rank(metric: MetricName, figures: readonly (Figure | null)[]): (Comparison | null)[] {
  const best = unrankedMetrics.has(metric) ? null : bestOf(metric, figures);
  if (best === null) return figures.map(() => null);
  const others = figures.map((figure) => (isValid(figure) && figure !== best ? against(metric, figure, best) : null));
  const standing = standingOf(metric, best, figures, others);
  return figures.map((figure, index) => (figure === best ? standing : (others[index] ?? null)));
}

function bestOf(metric: MetricName, figures: readonly (Figure | null)[]): ValidFigure | null {
  const sign = metrics[metric].better === "lower" ? 1 : -1;
  return figures
    .filter(isValid)
    .reduce<ValidFigure | null>((best, next) => (best === null || sign * next.value < sign * best.value ? next : best), null);
}

function against(metric: MetricName, figure: ValidFigure, best: ValidFigure): Comparison | null {
  const [worse, better] = metrics[metric].better === "lower" ? [figure, best] : [best, figure];
  if (!(worse.value > 0 && better.value > 0)) return null;
  const factor = worse.value / better.value;
  const ratio = exactMetrics.has(metric) ? exactRatio(worse.value, better.value) : ratioOf(worse, better);
  return compared(factor, ratio);
}

function compared(factor: number, ratio: Ratio | null): Comparison {
  const factorText = formatFactor(factor, ratio);
  if (ratio === null) return { kind: "unclaimed", factor, factorText };
  // Below 1 the per-launch means contradict the ranked values: nothing to call either.
  const kind = isTooClose(ratio) || ratio.high < 1 ? "too-close" : "behind";
  return { kind, factor, factorText, ratio };
}

function standingOf(
  metric: MetricName,
  best: ValidFigure,
  figures: readonly (Figure | null)[],
  others: readonly (Comparison | null)[],
): Comparison | null {
  const rivals = others.filter((comparison) => comparison !== null);
  const beatable = figures.some((figure) => figure?.verdict === "bounded" && mayBeat(metric, figure.value, best));
  if (beatable) return { kind: "best", standing: "ranked" };
  if (rivals.length === 0) return figures.filter(isValid).length === 1 ? { kind: "alone" } : null;
  if (rivals.some((comparison) => comparison.kind === "too-close")) return { kind: "best", standing: "shared" };
  return { kind: "best", standing: rivals.some((comparison) => comparison.kind === "unclaimed") ? "unclaimed" : "clear" };
}

/** A bound says "at least": more is better for throughput, and a low bound of a latency proves nothing either. */
function mayBeat(metric: MetricName, bound: number, best: ValidFigure): boolean {
  return metrics[metric].better === "higher" || bound <= (best.interval?.high ?? best.value);
}

function isValid(figure: Figure | null): figure is ValidFigure {
  return figure?.verdict === "valid";
}
