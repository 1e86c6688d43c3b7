/** The main job: select, build, check, measure, start cold, summarise. Every finished trial is on disk before the next begins. */
import { buildCells } from "../core/cells.ts";
import { type ImplementationResult, type Result, resultSchemaVersion } from "../core/result.ts";
import { endOrphans } from "../processes/orphans.ts";
import { keepAwake } from "../processes/awake.ts";
import { pinSelf } from "../processes/pinning.ts";
import { measureInterruptions } from "../probes/interruptions.ts";
import { describeMachine } from "../probes/machine.ts";
import { RedisAdmin } from "../redis/admin.ts";
import { toolIdentity } from "../tool.ts";
import type { RunContext } from "./context.ts";
import { findCeilings } from "./find-ceilings.ts";
import { measureColdStarts } from "./measure-cold-starts.ts";
import { measureTrials } from "./measure-trials.ts";
import { prepareAll } from "./prepare-all.ts";
import { callWitnesses } from "./witness.ts";

/** Rejects with the signal's reason when stopped; what was measured by then is in the journal. */
export async function run(context: RunContext): Promise<Result> {
  const startedAt = new Date().toISOString();
  // Read before this process is pinned, which takes processors away from what it sees.
  const machine = describeMachine();
  const { selection, folder, redisSource, progress } = context;
  await progress.stage("Looking for what an earlier run left behind", async (update) => {
    const ended = await endOrphans();
    if (ended > 0) update(`ended ${ended} processes of a run that was killed`);
    const removed = await context.target.endOrphans();
    if (removed > 0) update(`removed ${removed} containers of a run that was killed`);
  });
  const { sound, statuses } = await prepareAll(context);
  const redis = await identifyRedis(context);
  const { topology } = selection.plan;
  if (topology.pinned) await pinSelf(topology.orchestrator);
  using _awake = keepAwake();
  const interruptionsNow = () =>
    progress.stage("How often processors are taken away", () => measureInterruptions(topology, context.signal));
  const before = await interruptionsNow();
  const calibration = await findCeilings(context, machine);
  const witnesses = await callWitnesses(context, sound, calibration);
  const trials = await measureTrials({ ...context, built: sound, ceilings: calibration.ceilings });
  const { coldStarts, launchOverheadMs } = await measureColdStarts(context, sound);
  const interruptions = { before, after: await interruptionsNow() };

  const implementations: ImplementationResult[] = selection.found.map((found) => {
    const { manifest } = found.kind === "skipped" ? found.implementation : found.candidate.implementation;
    const status = statuses.get(manifest.id);
    if (status === undefined) throw new Error(`${manifest.id} has no status`);
    return { manifest, status };
  });
  const { plan, scenarios } = selection;
  const result: Result = {
    schemaVersion: resultSchemaVersion,
    runId: folder.runId,
    startedAt,
    finishedAt: new Date().toISOString(),
    tool: await toolIdentity(),
    machine,
    redis: { source: redisSource.name, ...redis },
    launchOverheadMs,
    interruptions,
    calibration,
    witnesses,
    plan,
    scenarios: [...scenarios],
    implementations,
    trials: [...trials],
    coldStarts: [...coldStarts],
    cells: buildCells({ plan, scenarios, implementations, trials, coldStarts, noise: calibration.noise ?? null }),
  };
  await folder.writeResult(result);
  return result;
}

async function identifyRedis({ redisSource, folder, signal }: RunContext): Promise<{ server: string; version: string }> {
  await using redis = await redisSource.start({ cpus: null, logFile: folder.log("redis"), signal });
  await using admin = await RedisAdmin.connect(redis.url);
  return await admin.identity();
}
