/** One trial: one fresh Redis, one fresh launch, a fixed sequence of load points on the same warm service. */
import { setTimeout as sleep } from "node:timers/promises";
import { stalenessBoundMs } from "../conformance/checks/read-your-writes.ts";
import { consistencyOf, readMetrics } from "../conformance/metrics.ts";
import { judgeLoadPoint } from "../core/gates.ts";
import type { ConnectMeasurement, LoadPoint, RequestTotals } from "../core/measurement.ts";
import { keyCount } from "../core/plan.ts";
import type { PlannedTrial, Settings, Topology } from "../core/plan-schema.ts";
import { reconcileCounts, type TrialCounts } from "../core/reconcile.ts";
import type { Finding, LoadPointResult, MeasuredOutcome, Trial } from "../core/result.ts";
import type { Scenario } from "../core/scenario.ts";
import { steadyStateOf } from "../core/steady-state.ts";
import { type CacheWorkload, initialValue, keyName, valueTemplates } from "../core/workload.ts";
import { type Generator, startGenerator } from "../load/generator.ts";
import { engines } from "../load/engines.ts";
import { LoadError } from "../load/errors.ts";
import { untilAccepted } from "../probes/accepted-connections.ts";
import { highWaterBytes } from "../probes/process-tree.ts";
import { RedisAdmin } from "../redis/admin.ts";
import type { RedisSource } from "../redis/source.ts";
import { ServiceFault, untilReady, whileAlive } from "../targets/readiness.ts";
import type { Launchable, Service } from "../targets/service.ts";
import { searchObjective, sharesOf, soundCapacity } from "./relative-rates.ts";
import { type ProbeCounts, TrialProbe } from "./trial-probe.ts";

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
    // What is written lives as long as the data set: a long trial must not outlive its values.
    settings: { redisUrl: redis.url, workers: topology.service.length, l1MaxBytes, extra: { DEFAULT_TTL_S: String(dataSetTtlS) } },
    cpus: cpus(topology.service),
    logFile,
    signal,
  };
  await using service = await launchable.launch(launch);
  const readyMs = await untilReady(service, signal);
  const probe = new TrialProbe(service, admin, signal);
  probe.sampleMemory("idle");

  const connections = settings.connections ?? scenario.connections;
  await using generator = await startGenerator({
    origin: service.origin,
    engine: settings.engine,
    connections,
    agentCpus: topology.agents.map(cpus),
    workload,
    seed: settings.seed,
    requestTimeoutMs: settings.requestTimeoutMs,
    stalenessBoundMs: await stalenessBoundOf(service, signal),
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
  const countsAtStart = await probe.counts();
  const connect = await connectAll(generator, service);
  const accepted = await untilAccepted(service.port, connect.connections, signal);
  const findings: Finding[] = accepted !== null && accepted < connect.connections ? [notAccepted(accepted, connect.connections)] : [];

  const warmUp = await generator.measure({ point: { kind: "closed-loop" }, leadInMs: 0, durationMs: settings.warmUpMs });
  probe.sampleMemory("warmed");

  const loadPoints: LoadPointResult[] = [];
  const drivePoint = async (point: LoadPoint, durationMs: number): Promise<void> => {
    const measured = await probe.around(point, (onWindow) =>
      generator.measure({ point, leadInMs: settings.leadInMs, durationMs, onWindow }),
    );
    const result = { ...measured, steadyState: steadyStateOf(measured.load, warmUp) };
    // A step of the search that misses the objective, or saturates, is what the search is for.
    const isSearch = point.kind === "open-loop" && point.from?.kind === "objective";
    const found = isSearch
      ? []
      : judgeLoadPoint(
          {
            ...result,
            scenario,
            connections,
            redisSharesAgentCpu: topology.redis.some((cpu) => topology.agents.flat().includes(cpu)),
            agentCpuCount: topology.agents.length,
          },
          loadPoints.length,
        );
    findings.push(...found);
    loadPoints.push(result);
  };
  for (const point of loadPointsOf(scenario, settings))
    await drivePoint(point, point.kind === "open-loop" ? settings.openLoopMs : settings.closedLoopMs);
  // Last, so that what all presets measure is measured alike.
  const capacityPerS = soundCapacity(loadPoints, findings, scenario);
  if (capacityPerS !== null && engines[settings.engine].openLoop) {
    for (const point of sharesOf(capacityPerS, settings)) await drivePoint(point, settings.openLoopMs);
    if (settings.searchObjective) await searchObjective(scenario, loadPoints, capacityPerS, drivePoint);
  }
  probe.sampleMemory("after");
  const counts = await reconciledCounts(probe, countsAtStart, await generator.totals());
  const unreconciled = reconcileCounts(counts);
  if (unreconciled !== null) findings.push({ gate: "counts-reconciled", loadPoint: null, ...unreconciled });
  return {
    kind: "measured",
    readyMs,
    connect,
    loadPoints,
    memory: probe.memory,
    rssHighWaterBytes: highWaterBytes(service.processes()),
    counts,
    findings,
  };
}

/** That no connection can be opened is a fault of the service that listens there. */
async function connectAll(generator: Generator, service: Service): Promise<ConnectMeasurement> {
  try {
    return await generator.connect();
  } catch (error) {
    if (error instanceof LoadError && error.code === "connect-failed") throw new ServiceFault(error.message, service);
    throw error;
  }
}

/** A service may count an answer just after it was read: it gets a second before its counts are held against it. */
async function reconciledCounts(probe: TrialProbe, atStart: ProbeCounts, requests: RequestTotals): Promise<TrialCounts> {
  for (let readings = 1; ; readings++) {
    const counts = { requests, ...(await probe.countsSince(atStart)) };
    if (readings === 10 || reconcileCounts(counts) === null) return counts;
    await sleep(100);
  }
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

/** What the service promises on /metrics: its own writes at once, or within the bound that the checks allow. */
async function stalenessBoundOf({ origin }: Service, signal: AbortSignal): Promise<number> {
  return consistencyOf(await readMetrics({ origin, signal })) === "bounded-staleness" ? stalenessBoundMs : 0;
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
