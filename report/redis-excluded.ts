/**
 * What the services cost without Redis. Percentiles must not be subtracted, so there is no one number for it; there are four
 * ways that each say something else, and stand side by side.
 */
import type { MetricName } from "../harness/core/metrics.ts";
import type { Cell, Result } from "../harness/core/result.ts";
import type { Scenario } from "../harness/core/scenario.ts";
import { formatFigure, scaleFor } from "./format.ts";
import { inOrder } from "./headline.ts";
import type { RedisExcluded } from "./model-types.ts";
import type { Identity } from "./names.ts";

interface Way {
  readonly title: string;
  readonly metric: MetricName;
  readonly scenario: Scenario;
  readonly says: string;
  readonly cannot: string;
}

export function redisExcluded(result: Result, identities: ReadonlyMap<string, Identity>): RedisExcluded | null {
  const ways = waysOf(result.scenarios);
  // The first and the last need no scenario of their own; one alone compares nothing.
  if (ways.length < 3) return null;
  const rows = result.implementations.flatMap(({ manifest: { id }, status }) => {
    const identity = identities.get(id);
    return identity && status.kind === "measured" ? [{ ...identity, figures: ways.map((way) => figureOf(way, id, result.cells)) }] : [];
  });
  return {
    ways: ways.map(({ title, metric, says, cannot }) => ({ title, unit: scaleFor(metric).unit, says, cannot })),
    rows: rows.map(({ figures, ...identity }) => ({
      ...identity,
      values: figures.map((figure, index) =>
        figure === null ? "void" : formatFigure(ways[index]?.metric ?? "p50", figure.value, figure.interval).value,
      ),
    })),
    gaps: ways.map((_, index) => {
      const values = rows.flatMap(({ figures }) => figures[index]?.value ?? []);
      return values.length < 2 ? "" : `${(Math.max(...values) / Math.min(...values)).toFixed(1)}x`;
    }),
  };
}

function waysOf(scenarios: readonly Scenario[]): readonly Way[] {
  const ordered = inOrder(scenarios).filter(({ redisPause, secondInstance, coldL1 }) => !redisPause && !secondInstance && !coldL1);
  const whole = ordered.find(({ redisDelayMs, id }) => redisDelayMs === undefined && id !== "l1-hot");
  const hot = scenarios.find(({ id }) => id === "l1-hot");
  const distant = scenarios.find(({ redisDelayMs }) => redisDelayMs !== undefined);
  return [
    whole && {
      title: `end to end, p50 (${whole.id})`,
      metric: "p50" as const,
      scenario: whole,
      says: "what users wait for, Redis included",
      cannot: "how much of it is Redis",
    },
    hot && {
      title: "Redis never asked, p50 (l1-hot)",
      metric: "p50" as const,
      scenario: hot,
      says: "the language and its HTTP server alone",
      cannot: "what its Redis client costs",
    },
    distant && {
      title: `Redis ${distant.redisDelayMs} ms away, p50 (${distant.id})`,
      metric: "p50" as const,
      scenario: distant,
      says: "how far a network between service and Redis narrows the gap",
      cannot: "what your network does: this latency is constant",
    },
    whole && {
      title: `own time, mean (${whole.id})`,
      metric: "ownTime" as const,
      scenario: whole,
      says: "request time minus Redis call time, by the service's own clocks",
      cannot:
        "waiting before the service reads a request is not in it, waiting for its own scheduler after Redis answered is; a mean, no percentile",
    },
  ].filter((way) => way !== undefined);
}

function figureOf(
  { metric, scenario }: Way,
  id: string,
  cells: readonly Cell[],
): Exclude<Cell["figures"][MetricName], { verdict: "void" }> | null {
  const figure = cells.find((cell) => cell.implementation === id && cell.scenario === scenario.id)?.figures[metric];
  return figure === undefined || figure.verdict === "void" ? null : figure;
}
