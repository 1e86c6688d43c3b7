/** What follows once a trial knows its own capacity: shares of it, and the search for the highest rate within the objective. */
import { rightAnswers } from "../core/gates.ts";
import type { LoadPoint } from "../core/measurement.ts";
import { judgeRate, nextRate, searchDurationMs, searchStepsAtMost } from "../core/objective-search.ts";
import type { Settings } from "../core/plan-schema.ts";
import type { Finding, LoadPointResult } from "../core/result.ts";
import type { Scenario } from "../core/scenario.ts";

/** Right answers a second in the closed loop; null where that is void: nothing is relative to it then. */
export function soundCapacity(loadPoints: readonly LoadPointResult[], findings: readonly Finding[], scenario: Scenario): number | null {
  const index = loadPoints.findIndex(({ load }) => load.point.kind === "closed-loop");
  const load = loadPoints[index]?.load;
  const isVoid = findings.some(({ severity, loadPoint }) => severity === "void" && (loadPoint === null || loadPoint === index));
  return load === undefined || isVoid ? null : rightAnswers(load, scenario) / load.elapsedS;
}

export function sharesOf(capacityPerS: number, { capacityShares }: Settings): readonly LoadPoint[] {
  return capacityShares.map((share) => ({
    kind: "open-loop",
    offeredRatePerS: Math.max(1, Math.round(capacityPerS * share)),
    from: { kind: "capacity", share },
  }));
}

export async function searchObjective(
  scenario: Scenario,
  loadPoints: readonly LoadPointResult[],
  capacityPerS: number,
  drivePoint: (point: LoadPoint, durationMs: number) => Promise<void>,
): Promise<void> {
  const p99Ms = scenario.objective?.p99Ms;
  if (p99Ms === undefined) return;
  for (let step = 0; step < searchStepsAtMost; step++) {
    const known = loadPoints.flatMap(({ load }) => judgeRate(load, scenario, p99Ms) ?? []);
    const offeredRatePerS = nextRate(known, capacityPerS);
    if (offeredRatePerS === null) return;
    await drivePoint({ kind: "open-loop", offeredRatePerS, from: { kind: "objective" } }, searchDurationMs(offeredRatePerS));
  }
}
