/** Two finished runs, cell by cell: what changed from A to B, and what these launches cannot tell. Pure. */
import { agentPriority } from "./agent-priority.ts";
import { exactRatio, isTooClose, type Ratio, ratioOf } from "./compare.ts";
import { metricNames, type MetricName, metrics } from "./metrics.ts";
import type { Cell, Figure, Result } from "./result.ts";
import { launchesForInterval } from "./statistics.ts";

export type Change = "faster" | "slower" | "smaller" | "larger";

export type Verdict =
  | { readonly kind: "changed"; readonly change: Change; readonly ratio: Ratio }
  | { readonly kind: "indistinguishable"; readonly ratio: Ratio }
  | { readonly kind: "inconclusive"; readonly reason: string };

export interface FigurePair {
  readonly metric: MetricName;
  readonly a: Figure;
  readonly b: Figure;
  /** The ratio is B / A, with its 95 % interval. */
  readonly verdict: Verdict;
}

export interface CellPair {
  readonly implementation: string;
  readonly scenario: string;
  readonly offeredRatePerS: number;
  readonly figures: readonly FigurePair[];
}

export interface RunComparison {
  readonly a: string;
  readonly b: string;
  readonly cells: readonly CellPair[];
  /** What else differs between the runs, and what a reader must know before believing a change. */
  readonly notes: readonly string[];
}

/** Shares may be zero and have a range only: they are no ratio. */
const comparedMetrics = metricNames.filter((name) => metrics[name].unit !== "share");
/** Another thing in a container than as a process: from creation, not from exec; the image, not the binary. */
const unlikeInContainers: ReadonlySet<MetricName> = new Set(["coldStart", "artifact"]);
/** Counted once per build, not sampled over launches. */
const countedMetrics: ReadonlySet<MetricName> = new Set(["artifact"]);

export function compareRuns(a: Result, b: Result): RunComparison {
  const sameKind = isContained(a) === isContained(b);
  const compared = comparedMetrics.filter((name) => sameKind || !unlikeInContainers.has(name));
  const cells = a.cells.flatMap((cell) => {
    const twin = b.cells.find((other) => cellName(other) === cellName(cell));
    return twin === undefined ? [] : [compareCells(cell, twin, compared)];
  });
  return { a: a.runId, b: b.runId, cells, notes: [...notesOnRuns(a, b), ...notesOnCells(a, b), ...noteOnMany(cells)] };
}

/** The settings, scenarios or method version in which two runs differ, in words; empty where they may be compared. */
export function methodDifferences(a: Result, b: Result): readonly string[] {
  if (a.plan.methodHash === b.plan.methodHash) return [];
  const settings = Object.entries(a.plan.settings).flatMap(([name, ofA]) => {
    const ofB = b.plan.settings[name as keyof typeof b.plan.settings];
    return name === "seed" || ofA === ofB ? [] : [`${name} is ${ofA} in A and ${ofB} in B`];
  });
  const ids = [...new Set([...a.scenarios, ...b.scenarios].map(({ id }) => id))];
  const scenarios = ids.flatMap((id) => {
    const [ofA, ofB] = [a, b].map((run) => run.scenarios.find((scenario) => scenario.id === id));
    if (ofA === undefined || ofB === undefined) return [`scenario ${id} is only in ${ofA === undefined ? "B" : "A"}`];
    return JSON.stringify(ofA) === JSON.stringify(ofB) ? [] : [`scenario ${id} asks for something else in B`];
  });
  const differences = [...settings, ...scenarios];
  return differences.length > 0 ? differences : ["the method version: cache-bench itself measures or judges differently"];
}

function compareCells(a: Cell, b: Cell, metricsCompared: readonly MetricName[]): CellPair {
  const figures = metricsCompared.map((metric) => ({
    metric,
    a: a.figures[metric],
    b: b.figures[metric],
    verdict: judge(metric, a.figures[metric], b.figures[metric]),
  }));
  return { implementation: a.implementation, scenario: a.scenario, offeredRatePerS: a.offeredRatePerS, figures };
}

function judge(metric: MetricName, a: Figure, b: Figure): Verdict {
  const unsound = [whyUnsound("A", a), whyUnsound("B", b)].filter((reason) => reason !== null);
  if (a.verdict !== "valid" || b.verdict !== "valid") return { kind: "inconclusive", reason: unsound.join("; ") };
  const ratio = countedMetrics.has(metric) ? exactRatio(b.value, a.value) : ratioOf(b, a);
  if (ratio === null) return { kind: "inconclusive", reason: whyNoRatio(a, b) };
  if (isTooClose(ratio)) return { kind: "indistinguishable", ratio };
  return { kind: "changed", change: changeOf(metric, ratio.value > 1), ratio };
}

function whyUnsound(run: "A" | "B", figure: Figure): string | null {
  if (figure.verdict === "valid") return null;
  return figure.verdict === "void" ? `void in ${run}: ${figure.reason}` : `only a bound in ${run}: ${figure.reason}`;
}

function whyNoRatio(a: { readonly launches: number }, b: { readonly launches: number }): string {
  const launches = Math.min(a.launches, b.launches);
  if (launches >= launchesForInterval) return "no interval: the launches had too few samples each and were merged";
  return `too few launches: ${a.launches} in A and ${b.launches} in B, ${launchesForInterval} are needed`;
}

/** Rates and times are faster or slower; bytes and processor time are larger or smaller. */
function changeOf(metric: MetricName, more: boolean): Change {
  const { unit } = metrics[metric];
  if (unit === "bytes" || unit === "us/op") return more ? "larger" : "smaller";
  return more === (unit === "ops/s") ? "faster" : "slower";
}

function notesOnRuns(a: Result, b: Result): readonly string[] {
  const { cpuModel, usableCpus, kernel, memoryBytes } = a.machine;
  const sameMachine =
    cpuModel === b.machine.cpuModel && usableCpus.length === b.machine.usableCpus.length && memoryBytes === b.machine.memoryBytes;
  const versions: readonly (readonly [string, string, string])[] = [
    ["kernel", kernel, b.machine.kernel],
    ["Node.js", a.machine.node, b.machine.node],
    ["idle processors", idleOf(a), idleOf(b)],
    ["load agents in the open loop", agentPriority(a), agentPriority(b)],
    ["target", targetOf(a), targetOf(b)],
    ["Redis", `${a.redis.server} ${a.redis.version}`, `${b.redis.server} ${b.redis.version}`],
    ["topology", a.plan.topology.sentence, b.plan.topology.sentence],
  ];
  return [
    sameMachine
      ? "The intervals hold the spread between launches, not what changed on the machine between the two runs; to judge a change of code, measure both versions in one job."
      : `The machines differ (${cpuModel}, ${usableCpus.length} processors; ${b.machine.cpuModel}, ${b.machine.usableCpus.length} processors): no change below can be put down to the services.`,
    ...noteOnContainers(a, b),
    ...versions.flatMap(([what, ofA, ofB]) => (ofA === ofB ? [] : [`${what}: ${ofA} in A, ${ofB} in B`])),
  ];
}

const idleOf = ({ machine: { keptAwake } }: Result): string => (keptAwake === true ? "kept awake" : "left to sleep");

function isContained({ plan }: Result): boolean {
  return plan.target !== undefined && plan.target.kind !== "process";
}

function targetOf({ plan }: Result): string {
  const { kind, instance } = { kind: "process", instance: null, ...plan.target };
  return instance === null ? kind : `${kind} as ${instance}`;
}

/** A change is the container's cost only where nothing else differs that the services run on. */
function noteOnContainers(a: Result, b: Result): readonly string[] {
  const kinds = new Set([a, b].map(({ plan }) => plan.target?.kind ?? "process"));
  if (!kinds.has("process") || !kinds.has("docker")) return [];
  const runtimes = new Map(b.implementations.map(({ manifest, status }) => [manifest.id, status]));
  const other = a.implementations.flatMap(({ manifest, status }) => {
    const twin = runtimes.get(manifest.id);
    if (status.kind !== "measured" || twin?.kind !== "measured") return [];
    return status.sourceHash === twin.sourceHash && status.toolchainVersion === twin.toolchainVersion ? [] : [manifest.id];
  });
  const sameRedis = a.redis.server === b.redis.server && a.redis.version === b.redis.version;
  const apart = [...(sameRedis ? [] : ["Redis"]), ...(other.length === 0 ? [] : [`source or toolchain of ${other.join(", ")}`])];
  return [
    apart.length === 0
      ? "One run in containers, one in processes, with the same sources, toolchains and Redis: a change below is what the container costs."
      : `One run in containers, one in processes, but these differ too: ${apart.join("; ")}. A change below is not the container's cost alone.`,
    "A container's cold start counts from its creation and its artifact is the image: these two are not compared.",
  ];
}

function notesOnCells(a: Result, b: Result): readonly string[] {
  const only = (one: Result, other: Result, run: string): readonly string[] => {
    const names = one.cells.map(cellName).filter((name) => !other.cells.some((cell) => cellName(cell) === name));
    return names.length === 0 ? [] : [`only in ${run}: ${names.join(", ")}`];
  };
  const unchanged = a.plan.implementations.filter((one) =>
    b.plan.implementations.some(({ id, sourceHash }) => id === one.id && sourceHash === one.sourceHash),
  );
  const same = unchanged.length === 0 ? [] : [`the same source in both: ${unchanged.map(({ id }) => id).join(", ")}`];
  const unsound = [a, b].flatMap(({ implementations }) =>
    implementations.flatMap(({ manifest, status }) => (status.kind === "measured" && status.failedChecks.length > 0 ? [manifest.id] : [])),
  );
  const failing =
    unsound.length === 0 ? [] : [`fails checks of correctness, so its figures say nothing: ${[...new Set(unsound)].join(", ")}`];
  return [...only(a, b, "A"), ...only(b, a, "B"), ...same, ...failing];
}

function noteOnMany(cells: readonly CellPair[]): readonly string[] {
  const judged = cells
    .flatMap(({ figures }) => figures)
    .filter(({ metric, verdict }) => verdict.kind !== "inconclusive" && !countedMetrics.has(metric)).length;
  return judged < 2 ? [] : [`Each interval stands alone: of ${judged} figures that did not change, about 1 in 20 leaves out 1 by chance.`];
}

function cellName({ implementation, scenario, offeredRatePerS }: Pick<Cell, "implementation" | "scenario" | "offeredRatePerS">): string {
  return `${implementation} in ${scenario} at ${offeredRatePerS}/s`;
}
