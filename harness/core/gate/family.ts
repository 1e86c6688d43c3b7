/** The family of a gate: which metrics are watched, and how a round's launches become its values. */
import { type MetricName, metrics } from "../metrics.ts";
import type { Cell, Figure } from "../result.ts";
import { isSettled, type Judged, type Member, type Round } from "./decide.ts";

/** Smallest change worth stopping for, as a share: tails and cold starts spread more than capacity, CPU and memory. */
export const minimalEffects = {
  throughput: 0.05,
  p99: 0.1,
  cpuPerOperation: 0.05,
  pssLoad: 0.05,
  coldStart: 0.1,
} as const satisfies Partial<Record<MetricName, number>>;
export type GatedMetric = keyof typeof minimalEffects;
export const gatedMetrics = Object.keys(minimalEffects) as GatedMetric[];

export interface MemberName {
  readonly implementation: string;
  readonly metric: GatedMetric;
}

/** Metric x implementation. */
export function familyOf(implementations: readonly string[]): readonly MemberName[] {
  return implementations.flatMap((implementation) => gatedMetrics.map((metric) => ({ implementation, metric })));
}

/** Which part of a launch a figure comes from; those of one part are measured together, as long as one of them is open. */
export const partOf = {
  throughput: "closed-loop",
  p99: "open-loop",
  cpuPerOperation: "closed-loop",
  pssLoad: "closed-loop",
  coldStart: "cold-start",
} as const satisfies Record<GatedMetric, string>;

/** What is to be measured on after a look: what is open itself, or measured with something that is. */
export function measuredOn(family: readonly MemberName[], judged: readonly Judged[]): readonly MemberName[] {
  const open = family.filter((_, index) => !isSettled(judged[index] as Judged));
  return family.filter(({ implementation, metric }) =>
    open.some((other) => other.implementation === implementation && partOf[other.metric] === partOf[metric]),
  );
}

/** The figures of each launch of one implementation in one round: those that were still to be measured. */
export type Launches = Readonly<Record<"a1" | "a2" | "b", Partial<Cell["figures"]>>>;

/** By implementation. */
export type MeasuredRound = ReadonlyMap<string, Launches>;

export function memberOf({ implementation, metric }: MemberName, measured: readonly MeasuredRound[]): Member {
  const rounds = measured.flatMap((round) => roundOf(metric, round.get(implementation)) ?? []);
  return { better: metrics[metric].better, minimalEffect: minimalEffects[metric], rounds };
}

/** Null where it was not measured any more. */
function roundOf(metric: GatedMetric, launches: Launches | undefined): Round | null {
  const [a1, a2, b] = [launches?.a1[metric], launches?.a2[metric], launches?.b[metric]];
  if (a1 === undefined || a2 === undefined || b === undefined) return null;
  if (isPositive(a1) && isPositive(a2) && isPositive(b)) return { a1: a1.value, a2: a2.value, b: b.value };
  if (a1.verdict === "void" || a2.verdict === "void" || b.verdict === "void") return "void";
  // A head that is known and lies below what the base can at least do is no case for "the set-up ended first".
  return b.verdict === "valid" && b.value < Math.min(a1.value, a2.value) ? "void" : "bounded";
}

/** Why the rounds of a member are void or bounded: the first reason seen, or null. */
export function reasonOf({ implementation, metric }: MemberName, measured: readonly MeasuredRound[]): string | null {
  const launches = measured.flatMap((round) => Object.entries(round.get(implementation) ?? {}));
  const reasons = launches.flatMap(([version, figures]) => {
    const figure = figures[metric];
    return figure === undefined || figure.verdict === "valid" ? [] : [`${version === "b" ? "head" : "base"}: ${figure.reason}`];
  });
  return reasons[0] ?? null;
}

function isPositive(figure: Figure): figure is Extract<Figure, { verdict: "valid" }> {
  return figure.verdict === "valid" && figure.value > 0;
}
