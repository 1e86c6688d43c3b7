/**
 * Do runs deserve their intervals? Of many runs of one plan: how often a service is called different from its own twin, and how
 * often two runs disagree about the ratio of two services. Pure.
 */
import { isTooClose, type Ratio, ratioOf } from "./compare.ts";
import type { MetricName } from "./metrics.ts";
import type { Cell, Result } from "./result.ts";

/** Out of how many comparisons that could be made, how many came out so. */
export interface Share {
  readonly count: number;
  readonly of: number;
}

export interface Agreement {
  /** Comparisons of a service with its twin in the same run that claim a difference; about 5 % are expected. */
  readonly twinsToldApart: Share;
  /**
   * Pairs of runs whose ratios of the same two services differ by more than their joint interval, the root of the sum of the
   * squared half intervals on the logarithms; about 5 % are expected.
   */
  readonly ratiosDisagree: Share;
}

/** `twins` gives for a twin's id the id of the service that it is a copy of. */
export function agreementOf(metric: MetricName, runs: readonly Result[], twins: ReadonlyMap<string, string>): Agreement {
  const ratios = runs.map(({ cells }) => ratiosOf(metric, cells));
  const own = ratios.flatMap((run) => run.filter(({ a, b }) => twins.get(a) === b || twins.get(b) === a));
  const pairs = ratios.flatMap((run, index) => ratios.slice(index + 1).flatMap((other) => pairsOf(run, other)));
  return {
    twinsToldApart: share(own, ({ ratio }) => !isTooClose(ratio)),
    ratiosDisagree: share(pairs, ([one, other]) => disagree(one, other)),
  };
}

interface CellRatio {
  readonly a: string;
  readonly b: string;
  readonly ratio: Ratio;
}

/** Of each two cells, those of which a ratio can be told, in an order that is the same in every run. */
function ratiosOf(metric: MetricName, cells: readonly Cell[]): readonly CellRatio[] {
  const sorted = cells.toSorted((left, right) => (left.implementation < right.implementation ? -1 : 1));
  return sorted.flatMap((left, index) =>
    sorted.slice(index + 1).flatMap((right) => {
      const [a, b] = [left.figures[metric], right.figures[metric]];
      const ratio = a.verdict === "valid" && b.verdict === "valid" ? ratioOf(a, b) : null;
      return ratio === null ? [] : [{ a: left.implementation, b: right.implementation, ratio }];
    }),
  );
}

function pairsOf(run: readonly CellRatio[], other: readonly CellRatio[]): readonly (readonly [Ratio, Ratio])[] {
  return run.flatMap(({ a, b, ratio }) => {
    const same = other.find((one) => one.a === a && one.b === b);
    return same === undefined ? [] : [[ratio, same.ratio] as const];
  });
}

function disagree(a: Ratio, b: Ratio): boolean {
  const half = ({ low, high }: Ratio): number => Math.log(high / low) / 2;
  return Math.abs(Math.log(a.value / b.value)) > Math.hypot(half(a), half(b));
}

function share<T>(all: readonly T[], isSo: (one: T) => boolean): Share {
  return { count: all.filter(isSo).length, of: all.length };
}
