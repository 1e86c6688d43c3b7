/** The figure of the search for the highest rate that keeps the scenario's latency objective, over all launches. */
import { rightAnswers } from "./gates.ts";
import { judgeRate, objectiveRate } from "./objective-search.ts";
import { isVoid } from "./repeats.ts";
import type { Figure, LoadPointResult, MeasuredOutcome } from "./result.ts";
import type { Scenario } from "./scenario.ts";
import { estimate } from "./statistics.ts";

interface Launch {
  readonly outcome: MeasuredOutcome;
  readonly scenario: Scenario;
}

/** Per launch the highest rate within the objective, by all its open loops. */
export function objectiveFigure(launches: readonly Launch[]): Figure {
  const searched = launches.filter(
    ({ outcome, scenario }) => scenario.objective !== undefined && !isVoid({ outcome }) && outcome.loadPoints.some(isSearchStep),
  );
  const ends = searched.flatMap(({ outcome, scenario }) => objectiveRateOf(outcome, scenario) ?? []);
  const found = ends.flatMap(({ ratePerS }) => ratePerS ?? []);
  const bySetUp = "the load agent, not the service, may be why the objective was missed";
  if (searched.length === 0)
    return { verdict: "void", reason: "not searched, or in no launch that is sound", cure: "use --preset standard" };
  const missed = ends.filter(({ ratePerS, limited }) => ratePerS === null && !limited).length;
  if (missed > 0) {
    const reason = `${missed} of ${searched.length} launches kept the objective at no rate`;
    return { verdict: "void", reason, cure: "a fact about the service here: look at its p99 at the common rate" };
  }
  // Launches in which the set-up missed it at every rate tell nothing; with most of them gone, those left were picked by chance.
  if (found.length * 2 < searched.length)
    return { verdict: "void", reason: bySetUp, cure: "close other programs, or give the load agents processors of their own" };
  const { value, interval, launches: count } = estimate(found);
  if (!ends.some(({ limited }) => limited)) return { verdict: "valid", value, interval, launches: count };
  return {
    verdict: "bounded",
    value,
    interval,
    launches: count,
    reason: `above it ${bySetUp}`,
    cure: "use a machine with at least 4 processors",
  };
}

function isSearchStep({ load: { point } }: LoadPointResult): boolean {
  return point.kind === "open-loop" && point.from !== undefined;
}

function objectiveRateOf({ loadPoints, findings }: MeasuredOutcome, scenario: Scenario): ReturnType<typeof objectiveRate> | null {
  const index = loadPoints.findIndex(({ load }) => load.point.kind === "closed-loop");
  const closed = loadPoints[index];
  const p99Ms = scenario.objective?.p99Ms;
  if (closed === undefined || p99Ms === undefined) return null;
  const known = loadPoints.flatMap(({ load }) => judgeRate(load, scenario, p99Ms) ?? []);
  const isBound = findings.some(({ severity, loadPoint }) => severity === "bounded" && loadPoint === index);
  return objectiveRate(known, { perS: rightAnswers(closed.load, scenario) / closed.load.elapsedS, isBound });
}
