/** The header, the command that measures again, the method and the limits of a run. */
import { agentPriority } from "../harness/core/agent-priority.ts";
import { describeInterruptions, worstAround } from "../harness/core/interruptions.ts";
import { presets } from "../harness/core/presets.ts";
import type { Result } from "../harness/core/result.ts";
import { launchesForInterval } from "../harness/core/statistics.ts";
import { groupThousands } from "./format.ts";
import type { Fact } from "./model-types.ts";
import { list } from "./names.ts";

export function buildFacts(result: Result): Fact[] {
  const { machine, redis, plan, tool, scenarios } = result;
  const memoryGb = Math.round(machine.memoryBytes / 1e9);
  const commit = tool.commit === null ? "" : ` (${tool.commit.slice(0, 12)})`;
  return [
    { label: "Date", value: `${result.startedAt.slice(0, 16).replace("T", " ")} UTC` },
    {
      label: "Machine",
      value: `${machine.cpuModel}, ${machine.architecture}, ${machine.usableCpus.length} CPUs, ${memoryGb} GB, ${machine.os}, kernel ${machine.kernel}`,
    },
    { label: "Redis", value: `${redis.server} ${redis.version} (${redis.source})` },
    ...(plan.target === undefined ? [] : [{ label: "Target", value: plan.target.sentence }]),
    ...(plan.target?.instance ? [{ label: "Instance", value: plan.target.emulation ?? plan.target.instance }] : []),
    { label: "Topology", value: plan.topology.sentence },
    ...(machine.keptAwake === undefined ? [] : [{ label: "Quiet", value: schedulingOf(result) }]),
    ...interruptionsOf(result),
    { label: "Scenarios", value: scenarios.map((scenario) => scenario.title).join("; ") },
    { label: "Launches", value: `${plan.settings.rounds} of each service in each scenario, in random order` },
    { label: "Load", value: `engine ${plan.settings.engine}, seed ${plan.settings.seed}, preset ${plan.settings.preset}` },
    { label: "Run", value: result.runId },
    { label: "Method", value: plan.methodHash.slice(0, 12) },
    { label: "Versions", value: [`cache-bench ${tool.version}${commit}`, `Node ${machine.node}`, ...toolchains(result)].join(", ") },
  ];
}

function schedulingOf(result: Result): string {
  const where = result.plan.topology.serviceElsewhere === true ? " of the load's machine" : "";
  const idle = result.machine.keptAwake === true ? "kept awake" : "may fall asleep";
  return `idle processors${where} ${idle}; load agents ${agentPriority(result)} in the open loop`;
}

function interruptionsOf({ interruptions, plan }: Result): Fact[] {
  if (interruptions === undefined) return [];
  const where = plan.topology.serviceElsewhere === true ? ", on the load's machine" : "";
  return [
    { label: "Noise", value: `${describeInterruptions(worstAround(interruptions))} (the worst of half a second before and after${where})` },
  ];
}

function toolchains({ implementations }: Result): string[] {
  return implementations.flatMap(({ status, manifest }) =>
    status.kind === "measured" ? [`${manifest.id} ${manifest.version} on ${status.toolchainVersion}`] : [],
  );
}

/** Every option that would make another plan, where it is not what the preset says. */
export function reproduceCommand({ plan, redis, implementations }: Result): string {
  const { settings, scenarios } = plan;
  const preset = presets[settings.preset].settings;
  const { openLoopMs, closedLoopMs } = settings;
  const asPreset = openLoopMs === preset.openLoopMs && closedLoopMs === preset.closedLoopMs;
  const duration = !asPreset && openLoopMs === closedLoopMs ? openLoopMs / 1000 : null;
  const options: readonly (readonly [name: string, value: string | number | null])[] = [
    ["implementations", plan.implementations.map(({ id }) => id).join(",")],
    ["scenarios", scenarios.join(",")],
    ["preset", settings.preset],
    ["engine", settings.engine],
    ["target", plan.target?.kind === "ssh" ? "ssh://USER@HOST" : (plan.target?.kind ?? null)],
    ["instance", plan.target?.instance ?? null],
    ["redis", redisOption(redis.source)],
    ["rounds", settings.rounds],
    ["duration", duration],
    ["connections", settings.connections],
    ["seed", settings.seed],
  ];
  const flags = implementations.some(({ status }) => status.kind === "measured" && status.failedChecks.length > 0)
    ? ["--allow-nonconforming"]
    : [];
  const given = options.flatMap(([name, value]) => (value === null || value === "" ? [] : [`--${name} ${quoted(String(value))}`]));
  return ["npx cache-bench run", ...given, ...flags].join(" ");
}

/** A server on PATH or an embedded one is found again without being named; an address or a path is no part of a result. */
function redisOption(source: string): string | null {
  if (source.startsWith("embedded")) return "embedded";
  if (source.startsWith("docker")) return "docker";
  if (!source.endsWith("given by --redis")) return null;
  return source.startsWith("executable") ? "PATH_OF_REDIS_SERVER" : "redis://HOST:6379";
}

/** For a POSIX shell. */
function quoted(value: string): string {
  return /^[\w.,:/+-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

export function methodNotes({ plan }: Result): string[] {
  const { settings } = plan;
  return [
    "Throughput is measured in a closed loop: each connection sends its next request when the answer is there.",
    "Latency is measured in an open loop, with Poisson arrivals at an offered rate, from the time a request was due, so that a stalled service cannot hide its queue.",
    `Launches are repeated, not requests: each is a fresh process, and the order is random within each block (seed ${settings.seed}).`,
    `Each launch is measured for ${groupThousands(settings.openLoopMs / 1000)} s in the open loop and ${groupThousands(settings.closedLoopMs / 1000)} s in the closed loop, after ${groupThousands(settings.warmUpMs / 1000)} s of warm-up.`,
    `Intervals are 95 % intervals (Student's t on the logs of the launches), or below ${launchesForInterval} launches the range. "Too close to call" means that the 95 % interval of a ratio (Welch) includes 1.`,
    "A valid figure passed all gates. A bounded one is a lower bound, because the set-up ended before the service did; it is not ranked. A void one failed a gate and has no number.",
    "Factors compare with the best valid figure of the column. 1 MB is 1,000,000 bytes.",
  ];
}

export function limitNotes({ plan, machine, scenarios }: Result): string[] {
  const rates = scenarios.flatMap((scenario) => scenario.openLoop.offeredRatesPerS);
  const graviton = /neoverse|graviton/i.test(machine.cpuModel);
  return [
    "One machine on one day: the intervals hold what differs between launches, and nothing that differs between machines.",
    `Latency is compared at ${list([...new Set(rates)].map((rate) => `${groupThousands(rate)} requests/s`))}${plan.settings.capacityShares.length === 0 ? " and nowhere else" : "; at shares of its own capacity each service stands for itself, and between those rates nothing is known"}.`,
    "Load and Redis ran on the same machine as the service unless the topology says otherwise: no network lies between them.",
    plan.topology.disjoint ? "" : "With shared cores, latency includes waiting for the load generator and Redis.",
    graviton ? "" : "The processor is not the Graviton of the articles: compare ratios with theirs, never absolute values.",
    "Each interval and ratio is at 95 % on its own and not corrected for their number: among many of them some miss.",
    "Figures describe these implementations, not all that can be written in a language.",
  ].filter((note) => note !== "");
}
