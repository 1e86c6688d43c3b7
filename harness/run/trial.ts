/** One trial: one fresh Redis, one fresh launch, a fixed sequence of load points on the same warm service. */
import { judgeContainment } from "../core/containment.ts";
import { judgeLoadPoint } from "../core/gates.ts";
import type { LoadPoint } from "../core/measurement.ts";
import { keyCount } from "../core/plan.ts";
import type { PlannedTrial, Settings, Topology } from "../core/plan-schema.ts";
import type { Finding, LoadPointResult, MeasuredOutcome, Trial } from "../core/result.ts";
import type { Scenario } from "../core/scenario.ts";
import { type CacheWorkload, initialValue, keyName, valueTemplates } from "../core/workload.ts";
import { type Generator, startGenerator } from "../load/generator.ts";
import { engines } from "../load/engines.ts";
import { untilAccepted } from "../probes/accepted-connections.ts";
import { RedisAdmin } from "../redis/admin.ts";
import type { RedisSource } from "../redis/source.ts";
import { ServiceFault, untilReady, whileAlive } from "../targets/readiness.ts";
import type { Launchable, Service } from "../targets/service.ts";
import { TrialProbe } from "./trial-probe.ts";

/** The data set outlives every trial. */
const dataSetTtlS = 3_600;

export interface TrialOptions {
  readonly planned: PlannedTrial;
  readonly scenario: Scenario;
  readonly settings: Settings;
  readonly topology: Topology;
  readonly launchable: Launchable;
  readonly redisSource: RedisSource;
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

function workloadOf(scenario: Scenario, settings: Settings): CacheWorkload {
  const { operations, keys, valueSize } = scenario;
  return { kind: "cache", operations, keys: { count: keyCount(scenario, settings), choice: keys.choice }, valueSize };
}

async function measure(options: TrialOptions): Promise<MeasuredOutcome> {
  const { scenario, settings, topology, launchable, redisSource, logFile, signal } = options;
  const workload = workloadOf(scenario, settings);
  const cpus = (wanted: readonly number[]): readonly number[] | null => (topology.pinned ? wanted : null);

  await using redis = await redisSource.start({ cpus: cpus(topology.redis), logFile: `${logFile}.redis`, signal });
  await using admin = await RedisAdmin.connect(redis.url);
  const dataBytes = await loadDataSet(admin, workload, settings.seed, signal);

  const l1MaxBytes = scenario.l1.kind === "bytes" ? scenario.l1.maxBytes : Math.round(dataBytes * scenario.l1.share);
  const launch = {
    settings: { redisUrl: redis.url, workers: topology.service.length, l1MaxBytes },
    cpus: cpus(topology.service),
    logFile,
    signal,
  };
  await using service = await launchable.launch(launch);
  const readyMs = await untilReady(service, signal);
  const probe = new TrialProbe(service, admin, signal);
  await probe.sampleMemory("idle");

  const connections = settings.connections ?? scenario.connections;
  await using generator = await startGenerator({
    origin: service.origin,
    engine: settings.engine,
    connections,
    agentCpus: topology.agents.map(cpus),
    workload,
    seed: settings.seed,
    requestTimeoutMs: settings.requestTimeoutMs,
    signal,
  });
  return await whileAlive(service, drive({ ...options, service, generator, probe, connections, readyMs }));
}

interface Drive extends TrialOptions {
  readonly service: Service;
  readonly generator: Generator;
  readonly probe: TrialProbe;
  readonly connections: number;
  readonly readyMs: number;
}

async function drive({
  scenario,
  settings,
  topology,
  service,
  generator,
  probe,
  connections,
  readyMs,
  signal,
}: Drive): Promise<MeasuredOutcome> {
  const containedBefore = await service.probe.containment();
  const connect = await generator.connect();
  const accepted = await untilAccepted(service.probe, connect.connections, signal);
  const findings: Finding[] = accepted !== null && accepted < connect.connections ? [notAccepted(accepted, connect.connections)] : [];

  await generator.measure({ point: { kind: "closed-loop" }, leadInMs: 0, durationMs: settings.warmUpMs });
  await probe.sampleMemory("warmed");

  const loadPoints: LoadPointResult[] = [];
  for (const point of loadPointsOf(scenario, settings)) {
    const durationMs = point.kind === "open-loop" ? settings.openLoopMs : settings.closedLoopMs;
    const result = await probe.around(point, (onWindow) => generator.measure({ point, leadInMs: settings.leadInMs, durationMs, onWindow }));
    findings.push(
      ...judgeLoadPoint(
        {
          load: result.load,
          scenario,
          connections,
          redisCpuS: result.redisCpuS,
          redisSharesAgentCpu: topology.serviceElsewhere !== true && topology.redis.some((cpu) => topology.agents.flat().includes(cpu)),
          agentCpuCount: topology.agents.length,
        },
        loadPoints.length,
      ),
    );
    loadPoints.push(result);
  }
  await probe.sampleMemory("after");
  const containment = await service.probe.containment();
  findings.push(...judgeContainment(containedBefore, containment));
  return {
    kind: "measured",
    readyMs,
    connect,
    loadPoints,
    memory: probe.memory,
    rssHighWaterBytes: await service.probe.highWaterBytes(),
    ...(containment === null ? {} : { containment }),
    findings,
  };
}

/** The scenario's offered rates, then capacity; an engine without an open loop has capacity only. */
function loadPointsOf(scenario: Scenario, settings: Settings): readonly LoadPoint[] {
  const rates = engines[settings.engine].openLoop ? scenario.openLoop.offeredRatesPerS : [];
  return [...rates.map((offeredRatePerS) => ({ kind: "open-loop" as const, offeredRatePerS })), { kind: "closed-loop" }];
}

function notAccepted(accepted: number, wanted: number): Finding {
  return {
    gate: "connections-accepted",
    severity: "void",
    loadPoint: null,
    sentence: `the service accepted ${accepted} of ${wanted} connections`,
    cure: "look at the service's limit of open files and at its log",
  };
}

/** Writes version 0 of every key; returns the bytes of all keys and values. */
async function loadDataSet(admin: RedisAdmin, workload: CacheWorkload, seed: number, signal: AbortSignal): Promise<number> {
  const templates = valueTemplates(workload, seed);
  let bytes = 0;
  function* entries(): Iterable<readonly [string, Buffer]> {
    for (let index = 0; index < workload.keys.count; index++) {
      const [key, value] = [keyName(index), Buffer.from(initialValue(templates, index))];
      bytes += Buffer.byteLength(key) + value.length;
      yield [key, value];
    }
  }
  await admin.loadDataSet(entries(), dataSetTtlS, signal);
  return bytes;
}
