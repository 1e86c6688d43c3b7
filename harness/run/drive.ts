/** The fixed sequence of load points on one warm service, and what is found wrong with each. */
import { setTimeout as sleep } from "node:timers/promises";
import { judgeContainment } from "../core/containment.ts";
import { judgeLoadPoint, sum } from "../core/gates.ts";
import type { ConnectMeasurement, LoadPoint, RequestTotals } from "../core/measurement.ts";
import { judgePlacement } from "../core/placement.ts";
import { openLoopMs } from "../core/plan.ts";
import type { Settings, Topology } from "../core/plan-schema.ts";
import { reconcileCounts, type TrialCounts } from "../core/reconcile.ts";
import type { Finding, LoadPointResult, MeasuredOutcome } from "../core/result.ts";
import type { Scenario } from "../core/scenario.ts";
import { steadyStateOf } from "../core/steady-state.ts";
import { engines } from "../load/engines.ts";
import { LoadError } from "../load/errors.ts";
import type { Generator } from "../load/generator.ts";
import { mergeTotals } from "../load/merge.ts";
import { untilAccepted } from "../probes/accepted-connections.ts";
import type { RedisAdmin } from "../redis/admin.ts";
import { ServiceFault } from "../targets/readiness.ts";
import type { Service } from "../targets/service.ts";
import { besideOpenLoop } from "./beside.ts";
import { searchObjective, sharesOf, soundCapacity } from "./relative-rates.ts";
import type { ProbeCounts, TrialProbe } from "./trial-probe.ts";

/** Drives one load point, judges it and keeps it. */
type DrivePoint = (point: LoadPoint, durationMs: number, beside?: () => Promise<LoadPointResult["beside"]>) => Promise<void>;

export interface Drive {
  readonly scenario: Scenario;
  readonly settings: Settings;
  readonly topology: Topology;
  readonly ceilingPerS: number | null;
  readonly signal: AbortSignal;
  readonly service: Service;
  readonly second: Service | null;
  readonly admin: RedisAdmin;
  readonly generator: Generator;
  readonly probe: TrialProbe;
  readonly connections: number;
  readonly readyMs: number;
}

export async function drive({
  scenario,
  settings,
  topology,
  ceilingPerS,
  service,
  second,
  admin,
  generator,
  probe,
  connections,
  readyMs,
  signal,
}: Drive): Promise<MeasuredOutcome> {
  const containedBefore = await service.probe.containment();
  const countsAtStart = await probe.counts();
  const connect = await connectAll(generator, service);
  const accepted = await untilAccepted(service.probe, connect.connections, signal);
  const findings: Finding[] = accepted !== null && accepted < connect.connections ? [notAccepted(accepted, connect.connections)] : [];

  const warmUp = scenario.coldL1
    ? null
    : await generator.measure({ point: { kind: "closed-loop" }, leadInMs: 0, durationMs: settings.warmUpMs });
  if (warmUp !== null) await probe.sampleMemory("warmed");

  const loadPoints: LoadPointResult[] = [];
  const drivePoint: DrivePoint = async (point, durationMs, beside) => {
    // What a cold L1 costs shows in the first requests.
    const leadInMs = scenario.coldL1 && loadPoints.length === 0 ? 0 : settings.leadInMs;
    const measured = await probe.around(point, (onWindow) => generator.measure({ point, leadInMs, durationMs, onWindow }), beside);
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
            redisSharesAgentCpu: topology.serviceElsewhere !== true && topology.redis.some((cpu) => topology.agents.flat().includes(cpu)),
            agentCpuCount: topology.agents.length,
            ceilingPerS,
          },
          loadPoints.length,
        );
    findings.push(...found);
    loadPoints.push(result);
  };
  for (const point of loadPointsOf(scenario, settings)) {
    const windowMs = openLoopMs(scenario, settings);
    if (point.kind === "closed-loop") await drivePoint(point, settings.closedLoopMs);
    else await drivePoint(point, windowMs, () => besideOpenLoop({ scenario, admin, service, second, windowMs, signal }));
  }
  // Last, so that what all presets measure is measured alike.
  const capacityPerS = soundCapacity(loadPoints, findings, scenario);
  if (capacityPerS !== null && scenario.objective !== undefined && engines[settings.engine].openLoop) {
    for (const point of sharesOf(capacityPerS, settings)) await drivePoint(point, settings.openLoopMs);
    if (settings.searchObjective) await searchObjective(scenario, loadPoints, capacityPerS, drivePoint);
  }
  await probe.sampleMemory("after");
  const containment = await service.probe.containment();
  findings.push(...judgeContainment(containedBefore, containment));
  for (const one of second === null ? [service] : [service, second])
    findings.push(...judgePlacement(topology.pinned ? topology.service : null, await one.probe.allowedCpus()));
  const totals = mergeTotals([await generator.totals(), ...loadPoints.map(({ beside }) => totalsOf(beside))]);
  const counts = await reconciledCounts(probe, countsAtStart, totals);
  const unreconciled = reconcileCounts(counts);
  if (unreconciled !== null) findings.push({ gate: "counts-reconciled", loadPoint: null, ...unreconciled });
  return {
    kind: "measured",
    readyMs,
    connect,
    loadPoints,
    memory: probe.memory,
    rssHighWaterBytes: await service.probe.highWaterBytes(),
    ...(containment === null ? {} : { containment }),
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

/** What was asked beside the load is part of what the service counted. */
function totalsOf({ asked = { get: {}, put: {} } }: LoadPointResult["beside"]): RequestTotals {
  const total = (statuses: Readonly<Record<string, number>>) => ({ sent: sum(Object.values(statuses)), statuses: { ...statuses } });
  return { get: total(asked.get), put: total(asked.put), delete: total({}) };
}

/** A service may count an answer just after it was read: it gets a second before its counts are held against it. */
async function reconciledCounts(probe: TrialProbe, atStart: ProbeCounts, requests: RequestTotals): Promise<TrialCounts> {
  for (let readings = 1; ; readings++) {
    const { serviceRequests, redisCalls } = await probe.countsSince(atStart);
    const counts = { requests, serviceRequests, redisCalls };
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
