/**
 * Sets of figures that nobody may rank among themselves: each pair in a set is too close to call. A figure may stand in
 * two sets, as B in {A, B} and {B, C} where A and C are apart. These are the maximal cliques (Bron and Kerbosch, 1973).
 */
import { exactRatio, isTooClose, ratioOf, type ValidFigure } from "../harness/core/compare.ts";
import type { MetricName } from "../harness/core/metrics.ts";
import type { Figure } from "../harness/core/result.ts";
import { exactMetrics } from "./format.ts";

export interface Contender {
  readonly name: string;
  readonly figure: Figure | null;
}

/** Only sets of two or more; none below 6 launches, where nothing is claimed at all. */
export function tiedSets(metric: MetricName, contenders: readonly Contender[]): string[][] {
  const valid = contenders.flatMap(({ name, figure }) => (figure?.verdict === "valid" ? [{ name, figure }] : []));
  const close = valid.map(
    ({ figure }) => new Set(valid.filter((other) => other.figure !== figure && isClose(metric, figure, other.figure))),
  );
  const neighbours = new Map(valid.map((one, index) => [one, close[index] ?? new Set<(typeof valid)[number]>()]));
  return cliques([], valid, [], neighbours).map((set) => set.map(({ name }) => name));
}

interface Named {
  readonly name: string;
}

function cliques<T extends Named>(set: readonly T[], open: readonly T[], seen: readonly T[], neighbours: ReadonlyMap<T, Set<T>>): T[][] {
  if (open.length === 0 && seen.length === 0) return set.length > 1 ? [[...set]] : [];
  return open.flatMap((one, index) => {
    const near = neighbours.get(one) ?? new Set();
    const isNear = (other: T): boolean => near.has(other);
    return cliques([...set, one], open.slice(index + 1).filter(isNear), [...seen, ...open.slice(0, index)].filter(isNear), neighbours);
  });
}

function isClose(metric: MetricName, a: ValidFigure, b: ValidFigure): boolean {
  const ratio = exactMetrics.has(metric) ? exactRatio(a.value, b.value) : ratioOf(a, b);
  return ratio !== null && isTooClose(ratio);
}
