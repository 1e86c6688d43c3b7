/** Where the load generator itself ends with the loads of this run: as stored by `calibrate`, or measured now. */
import { measureCeiling } from "../calibrate/ceiling.ts";
import { nullServerName, startNullServer } from "../calibrate/null-server.ts";
import { type Ceiling, ceilingKey, findCeiling, type UsedCalibration } from "../core/calibration/ceilings.ts";
import type { Machine } from "../core/result.ts";
import { readCalibration } from "../store/calibration.ts";
import type { RunContext } from "./context.ts";

const durationMs = 3_000;

export async function findCeilings({ selection, progress, signal }: RunContext, machine: Machine): Promise<UsedCalibration> {
  const { plan, scenarios } = selection;
  const { settings, topology } = plan;
  const wanted = scenarios.map((scenario) => ceilingKey(scenario, settings.engine, settings.connections));
  const stored = readCalibration(machine);
  if (stored.kind === "current") {
    const { date, nullServer, ceilings } = stored.calibration;
    const found = wanted.flatMap((key) => findCeiling(ceilings, key) ?? []);
    if (found.length === wanted.length) return { source: "stored", date, nullServer, ceilings: found };
  }
  const why = stored.kind === "current" ? "the stored calibration has no such load" : stored.reason;
  return progress.stage(`Measuring where the load generator ends: ${why} (cache-bench calibrate does it for later runs)`, async () => {
    await using server = await startNullServer(topology.pinned ? topology.service : null, signal);
    const ceilings: Ceiling[] = [];
    for (const key of wanted) {
      if (findCeiling(ceilings, key) === null)
        ceilings.push(await measureCeiling(key, { origin: server.origin, topology, durationMs, signal }));
    }
    return { source: "own", date: new Date().toISOString(), nullServer: nullServerName(), ceilings };
  });
}
