/** The data of a table's charts, and of the cold starts, which belong to no scenario. */
import type { Result } from "../../harness/core/result.ts";
import type { Row } from "../model-types.ts";
import type { Identity } from "../names.ts";
import { latencyCurve } from "./latency.ts";
import { memoryCurve } from "./memory.ts";
import { quantile } from "./order.ts";
import type { ColdStartBox, ColdStartChart, TableCharts, ThroughputBar } from "./types.ts";

export function tableCharts(result: Result, scenario: string, rate: number, rows: readonly Row[]): TableCharts {
  const measured = rows.filter((row) => row.status === "measured");
  return {
    throughput: measured.flatMap(throughputBar),
    latency: measured
      .filter((row) => row.cells.p50.verdict !== "void")
      .map((row) => ({ ...series(row), ...latencyCurve(result, row.implementation, scenario, rate) }))
      .filter(({ points }) => points.length > 0),
    memory: measured
      .map((row) => ({ ...series(row), ...memoryCurve(result, row.implementation, scenario) }))
      .filter(({ points }) => points.length > 0),
  };
}

export function coldStartChart(result: Result, identities: ReadonlyMap<string, Identity>): ColdStartChart | null {
  const boxes = result.coldStarts.flatMap(({ implementation, samplesMs, pollGapsMs }): ColdStartBox[] => {
    const identity = identities.get(implementation);
    if (!identity || samplesMs.length === 0) return [];
    const [min, q1, middle, q3, max] = [0, 0.25, 0.5, 0.75, 1].map((q) => quantile(samplesMs, q)) as Five;
    const longestPollGapMs = pollGapsMs.length > 0 ? Math.max(...pollGapsMs) : null;
    return [{ ...series(identity), samplesMs, min, q1, median: middle, q3, max, longestPollGapMs }];
  });
  return boxes.length === 0 ? null : { boxes, launchOverheadMs: result.launchOverheadMs };
}

type Five = [number, number, number, number, number];

function throughputBar(row: Row): ThroughputBar[] {
  const { verdict, raw } = row.cells.throughput;
  if (raw === null) return [];
  const { value, interval } = raw;
  return [{ ...series(row), value, low: interval?.low ?? value, high: interval?.high ?? value, bounded: verdict === "bounded" }];
}

function series({ implementation, name, variant, colour }: Identity): Pick<Identity, "implementation" | "name" | "variant" | "colour"> {
  return { implementation, name, variant, colour };
}
