/** One trial: one fresh Redis, one fresh launch, one fixed sequence of load points. */
import { stalenessBoundMs } from "../conformance/checks/read-your-writes.ts";
import { consistencyOf, readMetrics } from "../conformance/metrics.ts";
import type { PlannedTrial, Settings, Topology } from "../core/plan-schema.ts";
import type { MeasuredOutcome, Trial } from "../core/result.ts";
import type { Scenario } from "../core/scenario.ts";
import { startGenerator } from "../load/generator.ts";
import { RedisAdmin } from "../redis/admin.ts";
import { delayed } from "../redis/delay.ts";
import type { RedisSource } from "../redis/source.ts";
import { ServiceFault, untilReady, whileAlive } from "../targets/readiness.ts";
import type { Launchable, Service } from "../targets/service.ts";
import { dataSetTtlS, l1BytesOf, loadDataSet, workloadOf } from "./data-set.ts";
import { drive } from "./drive.ts";
import { TrialProbe } from "./trial-probe.ts";

export interface TrialOptions {
  readonly planned: PlannedTrial;
  readonly scenario: Scenario;
  readonly settings: Settings;
  readonly topology: Topology;
  readonly launchable: Launchable;
  readonly redisSource: RedisSource;
  /** Of the generator with this load, requests/s; null where nothing is to be bounded by it. */
  readonly ceilingPerS: number | null;
  readonly logFile: string;
  readonly signal: AbortSignal;
}

/** A fault of the service is an outcome; rejects only when aborted or when something of ours is broken. */
export async function runTrial(options: TrialOptions): Promise<Trial> {
  const { planned, signal } = options;
  const startedAt = new Date();
  let outcome: Trial["outcome"];
  try {
    outcome = await measure(options);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ServiceFault)) throw error;
    outcome = { kind: "failed", stage: "measure", reason: error.message, logTail: [...error.logTail] };
  }
  return { ...planned, startedAt: startedAt.toISOString(), durationS: (Date.now() - startedAt.getTime()) / 1000, outcome };
}

async function measure(options: TrialOptions): Promise<MeasuredOutcome> {
  const { scenario, settings, topology, launchable, redisSource, logFile, signal } = options;
  const workload = workloadOf(scenario, settings);
  const cpus = (wanted: readonly number[]): readonly number[] | null => (topology.pinned ? wanted : null);

  await using redis = await redisSource.start({ cpus: cpus(topology.redis), logFile: `${logFile}.redis`, signal });
  await using admin = await RedisAdmin.connect(redis.url);
  const dataBytes = await loadDataSet(admin, workload, settings.seed, signal);

  await using delay =
    scenario.redisDelayMs === undefined
      ? null
      : await delayed(redis, scenario.redisDelayMs, { cpus: cpus(topology.redis), logFile: `${logFile}.delay`, signal });
  const launch = {
    settings: {
      redisUrl: (delay ?? redis).url,
      workers: topology.service.length,
      l1MaxBytes: l1BytesOf(scenario, dataBytes),
      // What is written lives as long as the data set: a long trial must not outlive its values.
      extra: { DEFAULT_TTL_S: String(dataSetTtlS), ...(scenario.l1TtlMs !== undefined && { L1_TTL_MS: String(scenario.l1TtlMs) }) },
    },
    cpus: cpus(topology.service),
    logFile,
    signal,
  };
  await using service = await launchable.launch(launch);
  const readyMs = await untilReady(service, signal);
  await using second = scenario.secondInstance ? await launchable.launch({ ...launch, logFile: `${logFile}.second` }) : null;
  if (second !== null) await untilReady(second, signal);
  const probe = new TrialProbe(service, admin, signal);
  await probe.sampleMemory("idle");

  const connections = settings.connections ?? scenario.connections;
  await using generator = await startGenerator({
    origin: service.origin,
    engine: settings.engine,
    connections,
    agentCpus: topology.agents.map(cpus),
    alone: topology.disjoint,
    workload,
    seed: settings.seed,
    requestTimeoutMs: settings.requestTimeoutMs,
    stalenessBoundMs: await stalenessBoundOf(service, signal),
    signal,
  });
  return await whileAlive(service, drive({ ...options, service, second, admin, generator, probe, connections, readyMs }));
}

/** What the service promises on /metrics: its own writes at once, or within the bound that the checks allow. */
async function stalenessBoundOf({ origin }: Service, signal: AbortSignal): Promise<number> {
  return consistencyOf(await readMetrics({ origin, signal })) === "bounded-staleness" ? stalenessBoundMs : 0;
}
