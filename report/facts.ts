/** The header, the notes on data quality, the method and the limits of a run. */
import type { Result } from "../harness/core/result.ts";
import { launchesForInterval } from "../harness/core/statistics.ts";
import { groupThousands } from "./format.ts";
import type { Fact } from "./model-types.ts";
import { list, type Identity } from "./names.ts";

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
    { label: "Topology", value: plan.topology.sentence },
    { label: "Scenarios", value: scenarios.map((scenario) => scenario.title).join("; ") },
    { label: "Launches", value: `${plan.settings.rounds} of each service in each scenario, in random order` },
    { label: "Load", value: `engine ${plan.settings.engine}, seed ${plan.settings.seed}, preset ${plan.settings.preset}` },
    { label: "Run", value: result.runId },
    { label: "Method", value: plan.methodHash.slice(0, 12) },
    { label: "Versions", value: [`cache-bench ${tool.version}${commit}`, `Node ${machine.node}`, ...toolchains(result)].join(", ") },
  ];
}

function toolchains({ implementations }: Result): string[] {
  return implementations.flatMap(({ status, manifest }) =>
    status.kind === "measured" ? [`${manifest.id} ${manifest.version} on ${status.toolchainVersion}`] : [],
  );
}

export function reproduceCommand({ plan }: Result): string {
  const { settings, scenarios, implementations } = plan;
  const options: readonly (readonly [string, string])[] = [
    ["implementations", implementations.map(({ id }) => id).join(",")],
    ["scenarios", scenarios.join(",")],
    ["preset", settings.preset],
    ["engine", settings.engine],
    ["rounds", String(settings.rounds)],
    ["seed", String(settings.seed)],
    ...(settings.connections === null ? [] : [["connections", String(settings.connections)] as const]),
  ];
  return ["npx cache-bench run", ...options.filter(([, value]) => value !== "").map(([name, value]) => `--${name} ${quoted(value)}`)].join(
    " ",
  );
}

/** For a POSIX shell. */
function quoted(value: string): string {
  return /^[\w.,:/+-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

export function qualityNotes(result: Result, identities: ReadonlyMap<string, Identity>): string[] {
  const { plan, machine, trials, implementations } = result;
  const nameOf = (id: string) => identities.get(id)?.name ?? id;
  const absent = implementations.filter(({ status }) => status.kind !== "measured").map(({ manifest }) => nameOf(manifest.id));
  const failed = trials.filter(({ outcome }) => outcome.kind === "failed").length;
  const flawed = trials.filter(
    ({ outcome }) => outcome.kind === "measured" && outcome.findings.some(({ severity }) => severity === "void"),
  );
  return [
    plan.topology.disjoint ? "" : "Redis, load and orchestration share cores: the machine has too few to keep them apart.",
    plan.topology.pinned ? "" : "Nothing was pinned to cores, so the scheduler may have moved processes.",
    plan.settings.rounds < launchesForInterval
      ? `Only ${plan.settings.rounds} launches were planned; no difference is claimed below ${launchesForInterval}.`
      : "",
    machine.governor === null || machine.governor === "performance"
      ? ""
      : `The CPU governor was ${machine.governor}, so the clock speed could change.`,
    absent.length === 0 ? "" : `Without figures: ${list(absent)}.`,
    failed === 0 ? "" : `${failed} of ${trials.length} launches failed.`,
    flawed.length === 0
      ? ""
      : `${flawed.length} of ${trials.length} launches broke a validity gate; what they broke is not in the figures.`,
  ].filter((note) => note !== "");
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
    `Latency is known at ${list([...new Set(rates)].map((rate) => `${groupThousands(rate)} requests/s`))} and nowhere else.`,
    "Load and Redis ran on the same machine as the service unless the topology says otherwise: no network lies between them.",
    plan.topology.disjoint ? "" : "With shared cores, latency includes waiting for the load generator and Redis.",
    graviton ? "" : "The processor is not the Graviton of the articles: compare ratios with theirs, never absolute values.",
    "Each interval and ratio is at 95 % on its own; among many of them some miss.",
    "Figures describe these implementations, not all that can be written in a language.",
  ].filter((note) => note !== "");
}
