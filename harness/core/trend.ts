/** The history of each figure on each machine, from its baselines, with the commits at which its level changed. Pure. */
import { type Baseline, type KeptMetric, keptMetrics } from "./baseline.ts";
import { changePoints } from "./change-point.ts";

export interface Point {
  readonly commit: string;
  readonly startedAt: string;
  readonly value: number;
}

export interface LevelChange extends Pick<Point, "commit" | "startedAt"> {
  /** Of the geometric means of the levels after and before: 1.1 is a tenth more. */
  readonly ratio: number;
}

export interface Trend {
  readonly machine: string;
  readonly implementation: string;
  readonly scenario: string;
  readonly offeredRatePerS: number;
  readonly metric: KeptMetric;
  /** Oldest first. Figures that were void or only a bound are no points. */
  readonly points: readonly Point[];
  readonly changes: readonly LevelChange[];
}

/** Of the machine's newest method alone: what was measured in another way is no part of the history. */
export function trendsOf(baselines: readonly Baseline[]): readonly Trend[] {
  const machines = [...new Set(baselines.map(({ machine }) => machine))].toSorted();
  return machines.flatMap((machine) => trendsOfMachine(baselines.filter((one) => one.machine === machine)));
}

function trendsOfMachine(baselines: readonly Baseline[]): readonly Trend[] {
  const inOrder = baselines.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  const newest = inOrder.at(-1)?.methodHash;
  const histories = new Map<string, Omit<Trend, "points" | "changes"> & { points: Point[] }>();
  for (const { machine, commit, startedAt, cells } of inOrder.filter(({ methodHash }) => methodHash === newest)) {
    for (const { implementation, scenario, offeredRatePerS, figures } of cells) {
      for (const metric of keptMetrics) {
        const figure = figures[metric];
        if (figure.verdict !== "valid" || figure.value <= 0) continue;
        const key = [implementation, scenario, offeredRatePerS, metric].join(" ");
        const history = histories.get(key) ?? { machine, implementation, scenario, offeredRatePerS, metric, points: [] };
        history.points.push({ commit, startedAt, value: figure.value });
        histories.set(key, history);
      }
    }
  }
  return [...histories.values()].map((history) => ({ ...history, changes: changesOf(history.points) }));
}

function changesOf(points: readonly Point[]): readonly LevelChange[] {
  const logs = points.map(({ value }) => Math.log(value));
  const at = changePoints(logs);
  const levels = [0, ...at].map((from, index) => mean(logs.slice(from, at[index])));
  return at.map((index, which) => {
    const { commit, startedAt } = points[index] as Point;
    return { commit, startedAt, ratio: Math.exp((levels[which + 1] as number) - (levels[which] as number)) };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
