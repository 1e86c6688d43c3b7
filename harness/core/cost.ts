/**
 * Instances and dollars a month for a load and a latency objective. Pure and without imports that run: the report's page
 * carries this same file for its sliders.
 *
 *   instances = max(2, ceil(target / (capacity at the objective x utilisation)))   and no less than the network asks for
 *   dollars   = instances x price an hour x 730
 *
 * Capacity is the lower end of what was measured, scaled to an instance by its vCPUs: an estimate, and called one.
 */
import type { InstanceType } from "./cost-prices.ts";

/** 365 days x 24 hours / 12 months. */
export const hoursPerMonth = 730;
/** One may fail, or be replaced, while the other serves. */
export const leastInstances = 2;

export interface CostWish {
  readonly opsPerS: number;
  readonly p99Ms: number;
  /** Share of capacity that is used, 0 to 1: the rest is for peaks and for an instance that is lost. */
  readonly utilisation: number;
  /** 1 is the price list's region. */
  readonly priceFactor: number;
}

export const defaultWish: CostWish = { opsPerS: 50_000, p99Ms: 10, utilisation: 0.7, priceFactor: 1 };

/** What a run knows of one service in one scenario that a bill needs. */
export interface CostBasis {
  readonly implementation: string;
  /** Processors the service had. */
  readonly cpus: number;
  /** Saturation throughput, the lower end of its interval. */
  readonly capacityOpsPerS: number;
  /** Below 6 of them the lower end is that of the range; of one it is the value itself. */
  readonly launches: number;
  /** The set-up ended before the service did: the true capacity is higher still. */
  readonly bounded: boolean;
  /** The upper end of p99 at each offered rate that gave a valid one, lowest rate first. */
  readonly latencies: readonly { readonly offeredRatePerS: number; readonly p99Ms: number }[];
  /** Null where the run did not search for the highest rate that keeps the scenario's objective. */
  readonly searched: Searched | null;
  /** PSS, or RSS, under load; null where it could not be read. */
  readonly memoryBytes: number | null;
  /** What the service sends for each operation, to clients and to Redis, without headers of TCP and IP. */
  readonly bytesSentPerOp: number;
}

export type Searched =
  | {
      readonly p99Ms: number;
      /** The lower end of its interval. */
      readonly ratePerS: number;
      readonly launches: number;
      /** Above it the set-up, not the service, may be why the objective was missed. */
      readonly bounded: boolean;
    }
  | { readonly p99Ms: number; readonly ratePerS: null; readonly reason: string };

export type CostLimit = "capacity" | "network" | "two at least";

export interface CostEstimate {
  readonly type: string;
  readonly instances: number;
  readonly limitedBy: CostLimit;
  readonly dollarsPerMonth: number;
  /** Of one instance, at the objective. */
  readonly capacityOpsPerS: number;
}

/**
 * What is known of a p99. A run without a search knows it at its offered rates alone (`met`, `limits`, `missed`, `unknown`). In a run with
 * one only a rate that is known to keep the objective counts, `searched` or `kept`; without any there is no answer.
 */
export type Objective =
  | { readonly kind: "searched"; readonly upToOpsPerS: number; readonly bounded: boolean }
  | { readonly kind: "kept"; readonly upToOpsPerS: number }
  | { readonly kind: "no answer"; readonly reason: string }
  | { readonly kind: "met"; readonly upToOpsPerS: number }
  | { readonly kind: "limits"; readonly upToOpsPerS: number; readonly missedAtOpsPerS: number }
  | { readonly kind: "missed"; readonly atOpsPerS: number; readonly p99Ms: number }
  | { readonly kind: "unknown" };

export function judgeObjective({ latencies, searched }: CostBasis, p99Ms: number): Objective {
  const offered = judgeOffered(latencies, p99Ms);
  if (searched === null) return offered;
  const missedAt = offered.kind === "limits" ? offered.missedAtOpsPerS : offered.kind === "missed" ? offered.atOpsPerS : Infinity;
  const keptAt = "upToOpsPerS" in offered ? offered.upToOpsPerS : 0;
  // What keeps a tight objective keeps a looser one; of a tighter one the search says nothing.
  if (searched.ratePerS !== null && searched.p99Ms <= p99Ms && searched.ratePerS > keptAt && searched.ratePerS < missedAt)
    return { kind: "searched", upToOpsPerS: searched.ratePerS, bounded: searched.bounded };
  if (offered.kind === "met") return { kind: "kept", upToOpsPerS: keptAt };
  if (offered.kind !== "unknown") return offered;
  return { kind: "no answer", reason: searched.ratePerS === null ? searched.reason : `searched for ${searched.p99Ms} ms only` };
}

function judgeOffered(latencies: CostBasis["latencies"], p99Ms: number): Objective {
  const firstMissed = latencies.findIndex((one) => one.p99Ms > p99Ms);
  const met = latencies[(firstMissed === -1 ? latencies.length : firstMissed) - 1];
  const missed = latencies[firstMissed];
  if (missed === undefined) return met === undefined ? { kind: "unknown" } : { kind: "met", upToOpsPerS: met.offeredRatePerS };
  if (met === undefined) return { kind: "missed", atOpsPerS: missed.offeredRatePerS, p99Ms: missed.p99Ms };
  return { kind: "limits", upToOpsPerS: met.offeredRatePerS, missedAtOpsPerS: missed.offeredRatePerS };
}

/** The highest rate that is known to keep the objective, no higher than capacity; null where none is. */
export function knownRate(basis: CostBasis, p99Ms: number): number | null {
  const objective = judgeObjective(basis, p99Ms);
  return "upToOpsPerS" in objective ? Math.min(basis.capacityOpsPerS, objective.upToOpsPerS) : null;
}

/** The launches that the bill rests on: of saturation and of the search the fewer. */
export function launchesBehind({ launches, searched }: CostBasis): number {
  return searched === null || searched.ratePerS === null ? launches : Math.min(launches, searched.launches);
}

/** What a bill counts with: saturation in a run without a search where nothing speaks against it. Null where there can be no bill. */
export function capacityAtObjective(basis: CostBasis, p99Ms: number): number | null {
  const { kind } = judgeObjective(basis, p99Ms);
  return kind === "met" || kind === "unknown" ? basis.capacityOpsPerS : knownRate(basis, p99Ms);
}

/** Null where this type cannot serve: no rate keeps the objective, or the service does not fit into its memory. */
export function estimateCost(basis: CostBasis, type: InstanceType, wish: CostWish): CostEstimate | null {
  const capacity = capacityAtObjective(basis, wish.p99Ms);
  if (capacity === null || !fitsMemory(basis, type)) return null;
  const capacityOpsPerS = (capacity / basis.cpus) * type.vcpu;
  const forCapacity = Math.ceil(roundedUpSafely(wish.opsPerS / (capacityOpsPerS * wish.utilisation)));
  const forNetwork = Math.ceil(roundedUpSafely((wish.opsPerS * basis.bytesSentPerOp * 8) / (type.baselineMbitPerS * 1e6)));
  const instances = Math.max(leastInstances, forCapacity, forNetwork);
  return {
    type: type.name,
    instances,
    limitedBy: instances === forCapacity ? "capacity" : instances === forNetwork ? "network" : "two at least",
    dollarsPerMonth: instances * type.dollarsPerHour * hoursPerMonth * wish.priceFactor,
    capacityOpsPerS,
  };
}

/** The least dollars; of equals the fewest instances. */
export function cheapest(basis: CostBasis, types: readonly InstanceType[], wish: CostWish): CostEstimate | null {
  const estimates = types.flatMap((type) => estimateCost(basis, type, wish) ?? []);
  const cents = ({ dollarsPerMonth }: CostEstimate): number => Math.round(dollarsPerMonth * 100);
  return estimates.toSorted((a, b) => cents(a) - cents(b) || a.instances - b.instances)[0] ?? null;
}

/** The service may carry more at the objective than the run could find out. */
export function isLowerBound(basis: CostBasis, p99Ms: number): boolean {
  const objective = judgeObjective(basis, p99Ms);
  if (objective.kind === "searched") return objective.bounded;
  return objective.kind === "kept" || (capacityAtObjective(basis, p99Ms) === basis.capacityOpsPerS && basis.bounded);
}

/** The cheapest bill is only an upper bound: it rests on a lower bound of the capacity, and with more of it would be smaller. */
export function mayBeLess(basis: CostBasis, types: readonly InstanceType[], wish: CostWish, bill: CostEstimate): boolean {
  if (!isLowerBound(basis, wish.p99Ms)) return false;
  const least = cheapest({ ...basis, capacityOpsPerS: Infinity, latencies: [], searched: null }, types, wish);
  return least !== null && least.dollarsPerMonth < bill.dollarsPerMonth;
}

/** Months until the smaller bill of `b` has paid back what it costs more to build; null where it never does. */
export function monthsToPayBack(
  a: { readonly dollarsPerMonth: number; readonly engineeringDollars: number },
  b: { readonly dollarsPerMonth: number; readonly engineeringDollars: number },
): number | null {
  const saving = a.dollarsPerMonth - b.dollarsPerMonth;
  const extra = b.engineeringDollars - a.engineeringDollars;
  if (extra <= 0) return saving >= 0 ? 0 : null;
  return saving > 0 ? extra / saving : null;
}

/** Memory grows with the processors it is scaled to (workers, connections); it does not shrink below what was seen. */
function fitsMemory({ memoryBytes, cpus }: CostBasis, { vcpu, memoryGb }: InstanceType): boolean {
  return memoryBytes === null || memoryBytes * Math.max(1, vcpu / cpus) <= memoryGb * 1e9;
}

/** 2.0000000000000004 instances are two. */
function roundedUpSafely(instances: number): number {
  return Math.round(instances * 1e9) / 1e9;
}
