/**
 * The highest offered rate at which p99 keeps the scenario's objective, searched on one warm service: doubling from the
 * highest rate that keeps it, halving where none does, then bisection. All open loops of the trial count, so the search
 * begins with what the common rates and the shares of the capacity have shown. Nothing above the capacity can be kept.
 */
import { errorShare, lateSending } from "./gates.ts";
import { mergeHistograms, percentile } from "./histogram.ts";
import type { LoadMeasurement } from "./measurement.ts";
import { operations } from "./operations.ts";
import type { Scenario } from "./scenario.ts";

/** The bracket is narrow enough when its ends are within this factor: launches differ by more. */
const resolution = 1.1;
/** Steps beyond what is known already, at most. */
export const searchStepsAtMost = 6;
/** Below this rate a p99 takes longer to measure than anybody waits. */
const lowestRatePerS = 500;
/** For 100 samples beyond p99, with some to spare. */
const requestsNeeded = 10_500;
const shortestMs = 2_000;

export interface RateOutcome {
  readonly ratePerS: number;
  /** `unknown`: the set-up, not the service, may be why it was missed. */
  readonly outcome: "met" | "missed" | "unknown";
}

/** How long a load point at this rate lasts, so that it has a p99. */
export function searchDurationMs(ratePerS: number): number {
  return Math.max(shortestMs, Math.ceil((requestsNeeded / ratePerS) * 10) * 100);
}

/** Null where the load point tells nothing: it is a closed loop, or too short for a p99. */
export function judgeRate(load: LoadMeasurement, scenario: Scenario, p99Ms: number): RateOutcome | null {
  if (load.point.kind !== "open-loop" || load.scheduled === null) return null;
  const ratePerS = load.point.offeredRatePerS;
  const p99Us = percentile(mergeHistograms(operations.map((name) => load.operations[name].responseTimeUs)), 99);
  const kept = load.received >= load.scheduled * 0.99 && errorShare(load, scenario) <= 0.001;
  if (kept && p99Us === null) return null;
  if (kept && p99Us !== null && p99Us <= p99Ms * 1000) return { ratePerS, outcome: "met" };
  const bySetUp = load.busyShare >= 0.8 || lateSending(load, 99) !== null;
  return { ratePerS, outcome: bySetUp ? "unknown" : "missed" };
}

/** The rate to try next; null when the search is over. */
export function nextRate(known: readonly RateOutcome[], capacityPerS: number): number | null {
  const { met, above } = bracket(known, capacityPerS);
  if (met === null) {
    const lower = above / 2;
    return lower < lowestRatePerS ? null : Math.round(lower);
  }
  if (above / met <= resolution) return null;
  return Math.round(met * 2 < above ? met * 2 : Math.sqrt(met * above));
}

export interface Capacity {
  readonly perS: number;
  /** The set-up ended before the service did. */
  readonly isBound: boolean;
}

/** The highest rate that was kept below all that were not; null when none was. `limited`: the set-up ended the search. */
export function objectiveRate(known: readonly RateOutcome[], capacity: Capacity): { ratePerS: number | null; limited: boolean } {
  const { met, above } = bracket(known, capacity.perS);
  const atCapacity = capacity.isBound && above === capacity.perS;
  return { ratePerS: met, limited: atCapacity || known.some(({ ratePerS, outcome }) => ratePerS === above && outcome === "unknown") };
}

/** What the set-up may have missed says nothing of the service: it ends the search upwards, and takes nothing from a higher rate that was kept. */
function bracket(known: readonly RateOutcome[], capacityPerS: number): { met: number | null; above: number } {
  const rates = (outcome: RateOutcome["outcome"]): number[] => known.flatMap((one) => (one.outcome === outcome ? [one.ratePerS] : []));
  const missed = Math.min(capacityPerS, ...rates("missed"));
  const met = Math.max(0, ...rates("met").filter((ratePerS) => ratePerS <= missed));
  const above = Math.min(missed, ...rates("unknown").filter((ratePerS) => ratePerS > met));
  return { met: met === 0 ? null : met, above };
}
