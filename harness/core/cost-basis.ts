/** What a bill needs to know, read out of a result. */
import type { CostBasis, Searched } from "./cost.ts";
import type { Cell, Figure, Result } from "./result.ts";
import type { ValueSize } from "./scenario.ts";

export interface ScenarioCosts {
  readonly scenario: string;
  readonly bases: readonly CostBasis[];
  /** Services without a usable capacity, and why. */
  readonly missing: readonly { readonly implementation: string; readonly reason: string }[];
}

export function costBases(result: Result): ScenarioCosts[] {
  return result.scenarios.map(({ id }) => {
    const implementations = [...new Set(result.cells.filter((cell) => cell.scenario === id).map((cell) => cell.implementation))];
    const found = implementations.map((implementation) => ({ implementation, basis: basisOf(result, id, implementation) }));
    return {
      scenario: id,
      bases: found.flatMap(({ basis }) => (typeof basis === "string" ? [] : [basis])),
      missing: found.flatMap(({ implementation, basis }) => (typeof basis === "string" ? [{ implementation, reason: basis }] : [])),
    };
  });
}

/** The basis, or why there is none. */
function basisOf(result: Result, scenarioId: string, implementation: string): CostBasis | string {
  const cells = result.cells.filter((cell) => cell.scenario === scenarioId && cell.implementation === implementation);
  const throughput = cells[0]?.figures.throughput;
  if (throughput === undefined || throughput.verdict === "void") return `no valid throughput: ${throughput?.reason ?? "not measured"}`;
  const bytesSentPerOp = bytesSent(result, scenarioId, implementation);
  if (bytesSentPerOp === null) return "no launch tells how many bytes an answer has";
  return {
    implementation,
    cpus: result.plan.topology.service.length,
    capacityOpsPerS: throughput.interval?.low ?? throughput.value,
    launches: throughput.launches,
    bounded: throughput.verdict === "bounded",
    latencies: cells.flatMap(latency).toSorted((a, b) => a.offeredRatePerS - b.offeredRatePerS),
    searched: searchedRate(result, scenarioId, cells),
    memoryBytes: memory(cells),
    bytesSentPerOp,
  };
}

function latency({ offeredRatePerS, figures: { p99 } }: Cell): CostBasis["latencies"][number][] {
  const upper = upperEnd(p99);
  return upper === null ? [] : [{ offeredRatePerS, p99Ms: upper / 1000 }];
}

function searchedRate({ plan, scenarios }: Result, scenarioId: string, [cell]: readonly Cell[]): Searched | null {
  const p99Ms = scenarios.find(({ id }) => id === scenarioId)?.objective?.p99Ms;
  const rate = cell?.figures.objectiveRate;
  if (!plan.settings.searchObjective || p99Ms === undefined || rate === undefined) return null;
  if (rate.verdict === "void") return { p99Ms, ratePerS: null, reason: rate.reason };
  return { p99Ms, ratePerS: rate.interval?.low ?? rate.value, launches: rate.launches, bounded: rate.verdict === "bounded" };
}

function memory(cells: readonly Cell[]): number | null {
  const seen = cells.flatMap(({ figures }) => upperEnd(figures.pssLoad) ?? upperEnd(figures.rssLoad) ?? []);
  return seen.length === 0 ? null : Math.max(...seen);
}

function upperEnd(figure: Figure): number | null {
  return figure.verdict === "valid" ? (figure.interval?.high ?? figure.value) : null;
}

/** Answers as counted in the closed loop, and each written value once more, to Redis. */
function bytesSent(result: Result, scenarioId: string, implementation: string): number | null {
  const scenario = result.scenarios.find(({ id }) => id === scenarioId);
  const loads = result.trials
    .filter((trial) => trial.scenario === scenarioId && trial.implementation === implementation)
    .flatMap(({ outcome }) => (outcome.kind === "measured" ? outcome.loadPoints : []))
    .map(({ load }) => load)
    .filter(({ point }) => point.kind === "closed-loop");
  const answers = loads.reduce((sum, { received }) => sum + received, 0);
  if (answers === 0 || scenario === undefined) return null;
  const toClients = loads.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0) / answers;
  return toClients + scenario.operations.put * meanBytes(scenario.valueSize);
}

/** Of a lognormal, exp(mu + sigma^2 / 2), and no more than its cap. */
function meanBytes(size: ValueSize): number {
  return size.kind === "fixed" ? size.bytes : Math.min(size.maxBytes, size.medianBytes * Math.exp(size.sigma ** 2 / 2));
}
