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

const trialsMs = 3_000;
/** The witness needs no more than the ratio of two engines. */
const witnessMs = 1_000;

/** Socket and autocannon, as the witness of a run drives them. */
export const witnessKeys = (scenario: Scenario): readonly CeilingKey[] =>
  (["socket", "autocannon"] as const).map((engine) => ceilingKey(scenario, engine, witnessConnections));

/** All that a run of these scenarios needs, each once, with the length of the window that a run of its own gives it. */
export function ceilingLoads(
  scenarios: readonly Scenario[],
  { engine, connections }: Pick<Settings, "engine" | "connections">,
): readonly { readonly key: CeilingKey; readonly durationMs: number }[] {
  const forTrials = scenarios.map((scenario) => ({ key: ceilingKey(scenario, engine, connections), durationMs: trialsMs }));
  const forWitness = scenarios
    .slice(0, 1)
    .flatMap(witnessKeys)
    .map((key) => ({ key, durationMs: witnessMs }));
  const all = [...forTrials, ...forWitness];
  const keys = all.map(({ key }) => key);
  return all.filter(({ key }) => findCeiling(keys, key) === key);
}

export async function findCeilings({ selection, progress, signal }: RunContext, machine: Machine): Promise<UsedCalibration> {
  const { plan, scenarios } = selection;
  const { settings, topology } = plan;
  const wanted = ceilingLoads(scenarios, settings);
  const stored = readCalibration(machine);
  const isHere = stored.kind === "current" && stored.calibration.topology === topology.sentence;
  if (isHere) {
    const { date, nullServer, ceilings, noise } = stored.calibration;
    const found = wanted.flatMap(({ key }) => findCeiling(ceilings, key) ?? []);
    if (found.length === wanted.length) return { source: "stored", date, nullServer, ceilings: found, noise };
  }
  const why = stored.kind !== "current" ? stored.reason : `the stored calibration has no such ${isHere ? "load" : "topology"}`;
  return progress.stage(`Measuring where the load generator ends: ${why} (cache-bench calibrate does it for later runs)`, async () => {
    // A service elsewhere has processors of another machine; the null server is always here.
    const pinned = topology.pinned && topology.serviceElsewhere !== true;
    await using server = await startNullServer(pinned ? topology.service : null, signal);
    const options = { origin: server.origin, topology, signal };
    const ceilings: Ceiling[] = [];
    for (const { key, durationMs } of wanted) ceilings.push(await measureCeiling(key, { ...options, durationMs }));
    return { source: "own", date: new Date().toISOString(), nullServer: nullServerName(), ceilings };
  });
}
