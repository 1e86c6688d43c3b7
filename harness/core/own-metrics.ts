/** Figures that only some scenarios have, because only they make the thing happen. */
import type { LoadPointResult } from "./result.ts";
import type { Scenario } from "./scenario.ts";
import { sum } from "./gates.ts";
import { readCommands } from "./reconcile.ts";

interface OwnMetric {
  readonly title: string;
  readonly unit: "ms" | "share" | "count";
  readonly better: "higher" | "lower";
  readonly meaning: string;
  /** In which scenarios there is such a figure. */
  readonly applies: (scenario: Scenario) => boolean;
  readonly part: "open-loop" | "closed-loop";
  /** One launch's value; null where it was not seen. */
  readonly value: (point: LoadPointResult, scenario: Scenario) => number | null;
}

/** A write that is still unseen after this long counts as this long, and bounds the figure. */
export const stalenessLimitMs = 2_000;

const stepMs = 100;

export const ownMetrics = {
  staleMedian: {
    title: "staleness, median",
    unit: "ms",
    better: "lower",
    meaning:
      "from the answer to a write through one instance to the last older answer of another, which held the key in L1; 0: none was older",
    applies: ({ secondInstance }) => secondInstance === true,
    part: "open-loop",
    value: ({ beside }) => quantile(beside.stalenessMs ?? [], 0.5),
  },
  staleWorst: {
    title: "staleness, worst",
    unit: "ms",
    better: "lower",
    meaning: "the longest of the same, of some hundred writes a launch",
    applies: ({ secondInstance }) => secondInstance === true,
    part: "open-loop",
    value: ({ beside }) => quantile(beside.stalenessMs ?? [], 1),
  },
  servedInOutage: {
    title: "served while Redis is away",
    unit: "share",
    better: "higher",
    meaning: "of the requests that were due while Redis was paused, those that got an answer without a 5xx status meanwhile",
    applies: ({ redisPause }) => redisPause !== undefined,
    part: "open-loop",
    value: ({ load, beside }) => {
      if (beside.redisPause === undefined) return null;
      const { startMs, endMs } = beside.redisPause;
      const { leadInSteps, due, answers, faults } = load.per100Ms;
      // Whole steps only: at the edges Redis was there for part of the step.
      const [from, to] = [leadInSteps + Math.ceil(startMs / stepMs), leadInSteps + Math.floor(endMs / stepMs)];
      const of = (series: readonly number[]): number => sum(series.slice(from, to));
      const wanted = of(due ?? answers);
      // What was due just before the pause may be answered in it.
      return wanted === 0 ? null : Math.min(1, (of(answers) - of(faults)) / wanted);
    },
  },
  recovery: {
    title: "recovery",
    unit: "ms",
    better: "lower",
    meaning:
      "from the end of the pause of Redis to the end of the last 100 ms in which an answer had a 5xx status or a request got none; 0: there was none",
    applies: ({ redisPause }) => redisPause !== undefined,
    part: "open-loop",
    value: ({ load, beside }) => {
      if (beside.redisPause === undefined) return null;
      const { leadInSteps, faults, lost = [] } = load.per100Ms;
      const lastFault = Math.max(...[faults, lost].map((series) => series.findLastIndex((count) => count > 0))) - leadInSteps;
      return Math.max(0, (lastFault + 1) * stepMs - beside.redisPause.endMs);
    },
  },
  readsPerExpiry: {
    title: "Redis reads per expiry",
    unit: "count",
    better: "lower",
    meaning: "reads that reached Redis at capacity, for each time that the life in L1 of one of the keys ended; 1 a worker is the least",
    applies: ({ l1TtlMs, operations }) => l1TtlMs !== undefined && operations.get === 1,
    part: "closed-loop",
    value: ({ load, redisCalls }, { l1TtlMs = 0, keys }) => {
      const reads = sum(readCommands.map((name) => redisCalls[name] ?? 0));
      // Redis is asked for its counts before the lead-in and after the window.
      const elapsedMs = load.per100Ms.leadInSteps * stepMs + load.elapsedS * 1e3;
      return reads / ((elapsedMs * keys.count) / l1TtlMs);
    },
  },
} as const satisfies Record<string, OwnMetric>;

export type OwnMetricName = keyof typeof ownMetrics;
export const ownMetricNames = Object.keys(ownMetrics) as OwnMetricName[];

/** The lowest of the values that at least this share do not exceed; null of none. */
function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}
