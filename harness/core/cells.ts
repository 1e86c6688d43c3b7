/** From trials to cells: one figure per metric, with its verdict. Void load points are left out, never averaged in. */
import { errorShare, type GateOutcome, lateSending, rightAnswers, sum } from "./gates.ts";
import type { LoadPoint } from "./measurement.ts";
import { objectiveFigure } from "./objective-figure.ts";
import { isVoid as isVoidTrial } from "./repeats.ts";
import { type Noise, noiseFloorOf } from "./calibration/noise.ts";
import { mergeHistograms, percentile, samplesBeyond, samplesNeededBeyond } from "./histogram.ts";
import { metricNames, type MetricName, shareMetrics } from "./metrics.ts";
import { type OwnMetricName, ownMetricNames, ownMetrics, stalenessLimitMs } from "./own-metrics.ts";
import type { Plan } from "./plan-schema.ts";
import type { Cell, ColdStart, Figure, Finding, ImplementationResult, LoadPointResult, MeasuredOutcome, Trial } from "./result.ts";
import { operations, type Operation } from "./operations.ts";
import type { Scenario } from "./scenario.ts";
import { estimate, estimateShare } from "./statistics.ts";

/** Which part of a trial a figure comes from. */
type Part = "open-loop" | "closed-loop" | "launch" | { readonly capacityShare: number };

interface Launch {
  readonly outcome: MeasuredOutcome;
  readonly scenario: Scenario;
}

type PerLaunch = (launch: Launch, point: LoadPointResult) => number | null;

interface Definition {
  readonly part: Part;
  readonly value: PerLaunch;
  /** What voids this figure alone. */
  readonly voidedBy?: (point: LoadPointResult) => GateOutcome;
  /** Share metrics may be zero and get a mean and a range. */
  readonly share?: true;
  /** A bounded load point bounds this figure too; the others stand as they are. */
  readonly boundable?: true;
}

type TimeKind = "responseTimeUs" | "serviceTimeUs";

const timePercentile = (wanted: number, kind: TimeKind, of: readonly Operation[], part: Part = "open-loop"): Definition => ({
  part,
  value: (_launch, point) => percentile(mergeHistograms(of.map((name) => point.load.operations[name][kind])), wanted),
  // The service time counts from the actual send, whenever that was.
  voidedBy: ({ load }) => (kind === "responseTimeUs" ? lateSending(load, wanted) : null),
});

const memory = (field: "rssBytes" | "pssBytes", phase: "idle" | "closed-loop"): Definition => ({
  part: phase === "idle" ? "launch" : "closed-loop",
  value: ({ outcome }) => {
    const samples = outcome.memory.filter((sample) => sample.phase === phase).map((sample) => sample[field]);
    const known = samples.filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  },
});

const cpuPerOperation = (part: Part, field: "serviceCpuS" | "redisCpuS"): Definition => ({
  part,
  value: (_launch, point) => (point[field] === null || point.load.received === 0 ? null : (point[field] * 1e6) / point.load.received),
});

const definitions: Readonly<Record<Exclude<MetricName, "coldStart" | "artifact" | "objectiveRate">, Definition>> = {
  throughput: { part: "closed-loop", boundable: true, value: ({ scenario }, { load }) => rightAnswers(load, scenario) / load.elapsedS },
  p50: timePercentile(50, "responseTimeUs", operations),
  p90: timePercentile(90, "responseTimeUs", operations),
  p99: timePercentile(99, "responseTimeUs", operations),
  p999: timePercentile(99.9, "responseTimeUs", operations),
  readP99: timePercentile(99, "responseTimeUs", ["get"]),
  writeP99: timePercentile(99, "responseTimeUs", ["put"]),
  serviceP50: timePercentile(50, "serviceTimeUs", operations),
  serviceP99: timePercentile(99, "serviceTimeUs", operations),
  ownTime: {
    part: "open-loop",
    value: (_launch, { serviceTimes }) =>
      serviceTimes === null || serviceTimes.requests === 0
        ? null
        : ((serviceTimes.requestS - serviceTimes.redisCallS) * 1e6) / serviceTimes.requests,
  },
  p99At25: timePercentile(99, "responseTimeUs", operations, { capacityShare: shareMetrics.p99At25 }),
  p99At50: timePercentile(99, "responseTimeUs", operations, { capacityShare: shareMetrics.p99At50 }),
  p99At75: timePercentile(99, "responseTimeUs", operations, { capacityShare: shareMetrics.p99At75 }),
  p99At90: timePercentile(99, "responseTimeUs", operations, { capacityShare: shareMetrics.p99At90 }),
  cpuPerOperation: cpuPerOperation("closed-loop", "serviceCpuS"),
  cpuPerOperationOpen: cpuPerOperation("open-loop", "serviceCpuS"),
  redisCpuPerOperation: cpuPerOperation("closed-loop", "redisCpuS"),
  rssIdle: memory("rssBytes", "idle"),
  rssLoad: memory("rssBytes", "closed-loop"),
  pssIdle: memory("pssBytes", "idle"),
  pssLoad: memory("pssBytes", "closed-loop"),
  errors: { part: "open-loop", share: true, value: ({ scenario }, { load }) => errorShare(load, scenario) },
  hitRatio: {
    part: "open-loop",
    share: true,
    value: (_launch, { load }) => {
      const gets = load.cache.l1 + load.cache.l2;
      return gets === 0 ? null : load.cache.l1 / gets;
    },
  },
  getShare: {
    part: "open-loop",
    share: true,
    value: (_launch, { load }) => {
      const sent = sum(operations.map((name) => load.operations[name].sent));
      return sent === 0 ? null : load.operations.get.sent / sent;
    },
  },
};

/** Merged over launches where one launch has too few samples: the percentile asked for, of which times. */
const mergeable: Partial<Record<MetricName, { wanted: number; kind: TimeKind; of: readonly Operation[] }>> = {
  p99: { wanted: 99, kind: "responseTimeUs", of: operations },
  p999: { wanted: 99.9, kind: "responseTimeUs", of: operations },
  readP99: { wanted: 99, kind: "responseTimeUs", of: ["get"] },
  writeP99: { wanted: 99, kind: "responseTimeUs", of: ["put"] },
  serviceP99: { wanted: 99, kind: "serviceTimeUs", of: operations },
  p99At25: { wanted: 99, kind: "responseTimeUs", of: operations },
  p99At50: { wanted: 99, kind: "responseTimeUs", of: operations },
  p99At75: { wanted: 99, kind: "responseTimeUs", of: operations },
  p99At90: { wanted: 99, kind: "responseTimeUs", of: operations },
};

export interface CellsInput {
  readonly plan: Plan;
  readonly scenarios: readonly Scenario[];
  readonly implementations: readonly ImplementationResult[];
  readonly trials: readonly Trial[];
  readonly coldStarts: readonly ColdStart[];
  /** Of the calibration, where there is one. */
  readonly noise: Noise | null;
}

/** One cell per measured implementation, scenario and offered rate. */
export function buildCells(input: CellsInput): Cell[] {
  return input.scenarios.flatMap((scenario) =>
    input.implementations
      .filter(({ status }) => status.kind === "measured")
      .flatMap((implementation) =>
        scenario.openLoop.offeredRatesPerS.map((offeredRatePerS) => buildCell(input, scenario, implementation, offeredRatePerS)),
      ),
  );
}

function buildCell(input: CellsInput, scenario: Scenario, implementation: ImplementationResult, offeredRatePerS: number): Cell {
  const id = implementation.manifest.id;
  const trials = input.trials.filter((trial) => trial.implementation === id && trial.scenario === scenario.id);
  const launches = trials.flatMap(({ outcome }) => (outcome.kind === "measured" ? [{ outcome, scenario }] : []));
  const failed = trials.flatMap(({ outcome }) => (outcome.kind === "failed" ? [outcome] : []));
  const figure = (name: MetricName): Figure => {
    if (name === "artifact") return artifactFigure(implementation);
    if (name === "coldStart") return coldStartFigure(input.coldStarts.find((one) => one.implementation === id));
    if (launches.length === 0) {
      const reason = failed[0] ? `no launch could be measured: ${failed[0].reason}` : "not measured";
      return { verdict: "void", reason, cure: "read the service's log in the run's folder" };
    }
    if (name === "objectiveRate") return objectiveFigure(launches);
    const found = trialFigure(name, definitions[name], launches, offeredRatePerS);
    const noiseFloor = noiseFloorOf(name, input.noise);
    return found.verdict === "valid" && noiseFloor > 1 ? { ...found, noiseFloor } : found;
  };
  return {
    implementation: id,
    scenario: scenario.id,
    offeredRatePerS,
    figures: Object.fromEntries(metricNames.map((name) => [name, figure(name)])) as Cell["figures"],
    ownFigures: Object.fromEntries(
      ownMetricNames
        .filter((name) => ownMetrics[name].applies(scenario))
        .map((name) => [name, launches.length === 0 ? figure("errors") : ownFigure(name, launches, offeredRatePerS)]),
    ),
    launches: {
      planned: input.plan.settings.rounds,
      measured: launches.length,
      void: launches.filter(isVoidTrial).length,
      failed: failed.length,
    },
  };
}

/** Shares and times of the scenario's own figures may be zero, so they get a mean and a range. */
function ownFigure(name: OwnMetricName, launches: readonly Launch[], offeredRatePerS: number): Figure {
  const { part, value } = ownMetrics[name];
  const figure = trialFigure(
    null,
    { part, share: true, value: ({ scenario }, point) => value(point, scenario) },
    launches,
    offeredRatePerS,
  );
  if (figure.verdict !== "valid" || !name.startsWith("stale") || figure.value < stalenessLimitMs) return figure;
  return {
    ...figure,
    verdict: "bounded",
    reason: `the older value was still given after ${stalenessLimitMs / 1000} s, where watching ended`,
    cure: "a service without invalidation shows another's write when its L1 life ends",
  };
}

function trialFigure(name: MetricName | null, definition: Definition, launches: readonly Launch[], offeredRatePerS: number): Figure {
  const points = launches.flatMap((launch) => {
    const index = launch.outcome.loadPoints.findIndex(({ load: { point } }) => isPart(definition.part, point, offeredRatePerS));
    const point = launch.outcome.loadPoints[index];
    if (point === undefined) return [];
    const findings = launch.outcome.findings.filter(
      ({ loadPoint }) => loadPoint === null || (definition.part !== "launch" && loadPoint === index),
    );
    return [{ launch, point, findings, own: definition.voidedBy?.(point) ?? null }];
  });
  if (points.length === 0) {
    return typeof definition.part === "string"
      ? { verdict: "void", reason: `the engine has no ${definition.part.replace("-", " ")}`, cure: "use --engine socket" }
      : { verdict: "void", reason: "not measured: no rate relative to a sound capacity", cure: "use --preset standard" };
  }
  const passed = points.filter(({ findings }) => !findings.some(isVoid));
  const sound = passed.filter(({ own }) => own === null);
  const firstVoid = points.flatMap(({ findings, own }) => [...findings, ...(own === null ? [] : [own])]).find(isVoid);
  if (sound.length === 0 && firstVoid !== undefined && name !== "errors")
    return { verdict: "void", reason: firstVoid.sentence, cure: firstVoid.cure };
  // A launch is voided by its own value (late against the time reported): where few are left, they are those with the largest.
  const voidedByValue = passed.find(({ own }) => own !== null)?.own;
  if (voidedByValue && sound.length < passed.length / 2) {
    const reason = `of ${passed.length} launches only the ${sound.length} with the longest times would be left; ${voidedByValue.sentence}`;
    return { verdict: "void", reason, cure: voidedByValue.cure };
  }
  const used = name === "errors" ? points : sound;
  const values = used.flatMap(({ launch, point }) => definition.value(launch, point) ?? []);
  if (values.length < used.length)
    return mergedFigure(
      name,
      used.map(({ point }) => point),
    );
  const { value, interval, launches: count } = definition.share ? estimateShare(values) : estimate(values);
  const bound = definition.boundable ? used.flatMap(({ findings }) => findings).find(({ severity }) => severity === "bounded") : undefined;
  if (bound === undefined) return { verdict: "valid", value, interval, launches: count };
  return { verdict: "bounded", value, interval, launches: count, reason: bound.sentence, cure: bound.cure };
}

function isPart(part: Part, point: LoadPoint, offeredRatePerS: number): boolean {
  if (typeof part === "object")
    return point.kind === "open-loop" && point.from?.kind === "capacity" && point.from.share === part.capacityShare;
  if (part !== "open-loop") return point.kind === "closed-loop";
  return point.kind === "open-loop" && point.from === undefined && point.offeredRatePerS === offeredRatePerS;
}

/** A percentile of all launches together, where each alone has too few samples; it has no interval. */
function mergedFigure(name: MetricName | null, points: readonly LoadPointResult[]): Figure {
  const merge = name === null ? undefined : mergeable[name];
  if (merge === undefined)
    return {
      verdict: "void",
      reason: "not readable on this machine, or nothing to count",
      cure: "cache-bench doctor says what this machine can measure",
    };
  const histogram = mergeHistograms(points.flatMap(({ load }) => merge.of.map((operation) => load.operations[operation][merge.kind])));
  const value = percentile(histogram, merge.wanted);
  if (value !== null) return { verdict: "valid", value, interval: null, launches: points.length };
  return {
    verdict: "void",
    reason: `only ${samplesBeyond(histogram, merge.wanted)} samples lie beyond it in all launches together, ${samplesNeededBeyond} are needed`,
    cure: "measure longer (--duration) or more often (--rounds)",
  };
}

function artifactFigure({ status }: ImplementationResult): Figure {
  if (status.kind !== "measured") return { verdict: "void", reason: "not built", cure: "see the reason of the implementation" };
  return { verdict: "valid", value: status.artifactBytes, interval: null, launches: 1 };
}

function coldStartFigure(coldStart: ColdStart | undefined): Figure {
  if (coldStart === undefined || coldStart.samplesMs.length === 0)
    return { verdict: "void", reason: "no cold start was measured", cure: "run without --resume, or look at the run's log" };
  return { verdict: "valid", ...estimate(coldStart.samplesMs) };
}

function isVoid({ severity }: Pick<Finding, "severity">): boolean {
  return severity === "void";
}
