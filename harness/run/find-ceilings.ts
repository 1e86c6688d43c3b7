/** Where the load generator itself ends with the loads of this run: as stored by `calibrate`, or measured now. */
import { measureCeiling } from "../calibrate/ceiling.ts";
import { nullServerName, startNullServer } from "../calibrate/null-server.ts";
import { type Ceiling, type CeilingKey, ceilingKey, findCeiling, type UsedCalibration } from "../core/calibration/ceilings.ts";
import type { Settings } from "../core/plan-schema.ts";
import type { Machine } from "../core/result.ts";
import type { Scenario } from "../core/scenario.ts";
import { witnessConnections } from "../core/witness.ts";
import { readCalibration } from "../store/calibration.ts";
import type { RunContext } from "./context.ts";

const durationMs = 3_000;
/** The witness needs no more than the ratio of two engines. */
const witnessMs = 1_000;

/** Socket and autocannon, as the witness of a run drives them. */
export const witnessKeys = (scenario: Scenario): readonly CeilingKey[] =>
  (["socket", "autocannon"] as const).map((engine) => ceilingKey(scenario, engine, witnessConnections));

const trialKeys = (scenarios: readonly Scenario[], { engine, connections }: Pick<Settings, "engine" | "connections">): CeilingKey[] =>
  scenarios.map((scenario) => ceilingKey(scenario, engine, connections));

/** All that a run of these scenarios needs. */
export const ceilingKeysOf = (scenarios: readonly Scenario[], settings: Pick<Settings, "engine" | "connections">): CeilingKey[] => [
  ...trialKeys(scenarios, settings),
  ...scenarios.slice(0, 1).flatMap(witnessKeys),
];

export async function findCeilings({ selection, progress, signal }: RunContext, machine: Machine): Promise<UsedCalibration> {
  const { plan, scenarios } = selection;
  const { settings, topology } = plan;
  const forTrials = trialKeys(scenarios, settings);
  const wanted = ceilingKeysOf(scenarios, settings);
  const stored = readCalibration(machine);
  const isHere = stored.kind === "current" && stored.calibration.topology === topology.sentence;
  if (isHere) {
    const { date, nullServer, ceilings, noise } = stored.calibration;
    const found = wanted.flatMap((key) => findCeiling(ceilings, key) ?? []);
    if (found.length === wanted.length) return { source: "stored", date, nullServer, ceilings: found, noise };
  }
  const why = stored.kind !== "current" ? stored.reason : `the stored calibration has no such ${isHere ? "load" : "topology"}`;
  return progress.stage(`Measuring where the load generator ends: ${why} (cache-bench calibrate does it for later runs)`, async () => {
    // A service elsewhere has processors of another machine; the null server is always here.
    const pinned = topology.pinned && topology.serviceElsewhere !== true;
    await using server = await startNullServer(pinned ? topology.service : null, signal);
    const options = { origin: server.origin, topology, signal };
    const ceilings: Ceiling[] = [];
    for (const key of wanted) {
      if (findCeiling(ceilings, key) === null)
        ceilings.push(await measureCeiling(key, { ...options, durationMs: forTrials.includes(key) ? durationMs : witnessMs }));
    }
    return { source: "own", date: new Date().toISOString(), nullServer: nullServerName(), ceilings };
  });
}
