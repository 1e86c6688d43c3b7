/** Whole results for tests: seeded, valid by the schema, with the verdicts and names that a test asks for. */
import type { Manifest } from "../../harness/core/implementation.ts";
import type { LoadPoint } from "../../harness/core/measurement.ts";
import { metricNames, metrics, type MetricName } from "../../harness/core/metrics.ts";
import type { Cell, Figure, Result, Trial } from "../../harness/core/result.ts";
import { estimate } from "../../harness/core/statistics.ts";
import { seededNormal } from "./random.ts";
import { syntheticImplementation, syntheticScenario } from "./synthetic-parts.ts";
import { syntheticTrial } from "./synthetic-trial.ts";

export interface SyntheticService {
  readonly id: string;
  readonly language: string;
  readonly variant?: Manifest["variant"];
  readonly title?: string;
  /** How slow and big it is; 1 is the fastest. */
  readonly slowness: number;
  readonly figures?: Partial<Record<MetricName, "bounded" | "void">>;
  readonly status?: "measured" | "skipped" | "failed";
  readonly reason?: string;
  readonly failedChecks?: readonly string[];
  /** Launches that count, where some are void. */
  readonly launches?: number;
}

export interface SyntheticOptions {
  readonly services: readonly SyntheticService[];
  readonly launches?: number;
  /** Standard deviation of the log of a launch. */
  readonly spread?: number;
  readonly seed?: number;
  readonly scenarios?: readonly string[];
  /** Offered in each scenario, 1/s. */
  readonly rates?: readonly number[];
  /** Offered beside them, of each service's own throughput. */
  readonly capacityShares?: readonly number[];
  /** Stands wherever a result holds free text. */
  readonly text?: string;
}

/** Ends elements and scripts, runs formulas, colours terminals, breaks lines and turns the reading direction around. */
export const hostileText = `=1+1</script><img src=x onerror="alert(1)"><!-- \u001b[31m\n| \u202e\`@you`;

const fastest: Record<MetricName, number> = {
  throughput: 120_000,
  p50: 410,
  p90: 700,
  p99: 1_800,
  p999: 4_000,
  readP99: 1_700,
  writeP99: 2_000,
  serviceP50: 390,
  serviceP99: 1_600,
  ownTime: 120,
  objectiveRate: 60_000,
  p99At25: 1_200,
  p99At50: 1_800,
  p99At75: 4_000,
  p99At90: 12_000,
  cpuPerOperation: 8.3,
  cpuPerOperationOpen: 14,
  redisCpuPerOperation: 3.1,
  rssIdle: 9e6,
  rssLoad: 22e6,
  pssIdle: 8e6,
  pssLoad: 20e6,
  coldStart: 8,
  artifact: 8e6,
  errors: 0.00001,
  hitRatio: 0.82,
  getShare: 0.7,
};
/** Not a matter of how good a service is. */
const alike: ReadonlySet<MetricName> = new Set(["hitRatio", "getShare", "redisCpuPerOperation"]);

export function syntheticResult(options: SyntheticOptions): Result {
  const { text } = options;
  const result = wholeResult(options);
  return text === undefined ? result : withText(result, text);
}

function withText(result: Result, text: string): Result {
  return {
    ...result,
    runId: text,
    machine: { ...result.machine, cpuModel: text, os: text },
    redis: { ...result.redis, source: text },
    plan: { ...result.plan, topology: { ...result.plan.topology, sentence: text } },
    scenarios: result.scenarios.map((scenario) => ({ ...scenario, title: text, purpose: text })),
    implementations: result.implementations.map(({ manifest, status }) => ({
      manifest: { ...manifest, version: text.slice(0, 40) },
      status: status.kind === "measured" ? { ...status, toolchainVersion: text } : { ...status, reason: text, cure: text },
    })),
    cells: result.cells.map((cell) => ({
      ...cell,
      figures: Object.fromEntries(
        Object.entries(cell.figures).map(([name, figure]) => [name, figure.verdict === "valid" ? figure : { ...figure, reason: text }]),
      ) as Cell["figures"],
    })),
  };
}

/** The same trials, with agents that went before all others in open loops of at most this rate. */
export function inRealTime(trials: readonly Trial[], upToPerS: number): Trial[] {
  return trials.map((trial) => {
    if (trial.outcome.kind !== "measured") return trial;
    const loadPoints = trial.outcome.loadPoints.map((result) => {
      const { point } = result.load;
      const agentsInRealTime = point.kind === "open-loop" && point.offeredRatePerS <= upToPerS;
      return { ...result, load: { ...result.load, agentsInRealTime } };
    });
    return { ...trial, outcome: { ...trial.outcome, loadPoints } };
  });
}

function wholeResult(options: SyntheticOptions): Result {
  const { services, launches = 6, spread = 0.02, seed = 1, scenarios = ["mixed-70-30"], rates = [2_000], capacityShares = [] } = options;
  const measured = services.filter(({ status = "measured" }) => status === "measured");
  const normal = seededNormal(seed, "trials");
  const trials: Trial[] = scenarios.flatMap((scenario) =>
    Array.from({ length: launches }, (_, block) =>
      measured.map((service) => syntheticTrial(service, { scenario, block, points: pointsOf(service, rates, capacityShares), normal })),
    ).flat(),
  );
  return {
    schemaVersion: 1,
    runId: "20260102-030405-synthetic",
    startedAt: "2026-01-02T03:04:05.000Z",
    finishedAt: "2026-01-02T03:14:05.000Z",
    tool: { version: "0.1.0", commit: "0123456789abcdef0123456789abcdef01234567" },
    machine: {
      cpuModel: "Example CPU",
      architecture: "x64",
      usableCpus: [0, 1],
      memoryBytes: 8e9,
      os: "Debian 12",
      kernel: "6.1",
      node: "24.0.0",
      governor: null,
    },
    redis: { source: "executable", server: "redis", version: "7.2.5" },
    launchOverheadMs: 1.4,
    plan: {
      settings: {
        preset: "quick",
        engine: "socket",
        seed,
        rounds: launches,
        coldStartRuns: 30,
        warmUpMs: 5_000,
        leadInMs: 500,
        openLoopMs: 8_000,
        closedLoopMs: 5_000,
        connections: null,
        requestTimeoutMs: 2_000,
        repeatBudget: 0.25,
        precision: null,
        capacityShares: [...capacityShares],
        searchObjective: false,
      },
      topology: {
        service: [0],
        redis: [1],
        agents: [[1]],
        orchestrator: [1],
        disjoint: false,
        pinned: true,
        sentence: "2 cores: the service has core 0 to itself; Redis, load and orchestration share core 1.",
      },
      implementations: measured.map(({ id }) => ({ id, sourceHash: "a".repeat(64) })),
      scenarios: [...scenarios],
      methodHash: "b".repeat(64),
      trials: trials.map(({ id, block, implementation, scenario }) => ({ id, block, implementation, scenario })),
      coldStarts: measured.map(({ id }) => id),
      etaS: 600,
    },
    scenarios: scenarios.map((id) => syntheticScenario(id, rates)),
    implementations: services.map((service) => syntheticImplementation(service, Math.round(fastest.artifact * service.slowness))),
    trials,
    coldStarts: measured.map(({ id, slowness }) => ({
      implementation: id,
      samplesMs: Array.from({ length: 30 }, () => fastest.coldStart * slowness * Math.exp(0.08 * normal())),
      pollGapsMs: Array.from({ length: 30 }, () => 0.3 + 0.1 * Math.abs(normal())),
    })),
    cells: scenarios.flatMap((scenario) =>
      rates.flatMap((rate) => measured.map((service) => cell(service, { scenario, rate }, { launches, spread, seed }))),
    ),
  };
}

function pointsOf({ slowness }: SyntheticService, rates: readonly number[], shares: readonly number[]): LoadPoint[] {
  return [
    ...rates.map((offeredRatePerS) => ({ kind: "open-loop" as const, offeredRatePerS })),
    { kind: "closed-loop" },
    ...shares.map((share) => ({
      kind: "open-loop" as const,
      offeredRatePerS: Math.round((share * fastest.throughput) / slowness),
      from: { kind: "capacity" as const, share },
    })),
  ];
}

interface Sampling {
  readonly launches: number;
  readonly spread: number;
  readonly seed: number;
}

function cell(
  service: SyntheticService,
  { scenario, rate }: { readonly scenario: string; readonly rate: number },
  sampling: Sampling,
): Cell {
  const counted = service.launches ?? sampling.launches;
  // Each figure draws for itself, so that one metric more changes no other.
  const figures = metricNames.map((metric) => {
    const normal = seededNormal(sampling.seed, `${scenario} ${rate} ${service.id} ${metric}`);
    return [metric, figure(service, metric, { launches: counted, spread: sampling.spread, normal })] as const;
  });
  return {
    implementation: service.id,
    scenario,
    offeredRatePerS: rate,
    figures: Object.fromEntries(figures) as Cell["figures"],
    ownFigures: {},
    launches: { planned: sampling.launches, measured: sampling.launches, void: sampling.launches - counted, failed: 0 },
  };
}

function figure(
  service: SyntheticService,
  metric: MetricName,
  { launches, spread, normal }: Omit<Sampling, "seed"> & { normal: () => number },
): Figure {
  const verdict = service.figures?.[metric];
  if (verdict === "void") {
    return { verdict, reason: "The generator was late: p99 of schedule lag 2.1 ms.", cure: "Give the load agents cores of their own." };
  }
  const scale = alike.has(metric) ? 1 : metrics[metric].unit === "ops/s" ? 1 / service.slowness : service.slowness;
  const centre = fastest[metric] * scale;
  if (metric === "artifact") return { verdict: "valid", value: Math.round(centre), interval: null, launches: 1 };
  // The same load finds the same keys in L1.
  const spreadOf = metric === "hitRatio" ? spread / 10 : spread;
  const summary = estimate(Array.from({ length: launches }, () => centre * Math.exp(spreadOf * normal())));
  if (verdict !== "bounded") return { verdict: "valid", ...summary };
  const reason = "The set-up ends at 71 % of the generator's ceiling, before the service does.";
  return { verdict, ...summary, reason, cure: "Use a machine with more cores, or load from another one." };
}
