/** `cache-bench load`: the generator alone. */
import { sum } from "../core/gates.ts";
import { mergeHistograms, percentile } from "../core/histogram.ts";
import type { LoadMeasurement, LoadPoint } from "../core/measurement.ts";
import { operations } from "../core/operations.ts";
import { planTopology } from "../core/topology.ts";
import { exitCodes, usageError } from "../errors.ts";
import { engines, type EngineName } from "../load/engines.ts";
import { startGenerator } from "../load/generator.ts";
import { keepAwake } from "../processes/awake.ts";
import { canPin, usableCpus } from "../processes/pinning.ts";
import { chooseProgress } from "../run/progress.ts";
import { findScenarios } from "../store/catalogue.ts";
import { print } from "./output.ts";

export interface LoadCommandOptions {
  readonly url: string;
  readonly scenario?: string;
  readonly connections: number;
  readonly rate?: number;
  readonly duration: number;
  readonly engine: EngineName;
  readonly seed: number;
  readonly json?: true;
  readonly quiet?: true;
}

/** A request without an answer for this long is a timeout. */
const requestTimeoutMs = 5_000;
const leadInMs = 500;

export async function loadCommand(options: LoadCommandOptions, _names: readonly string[], signal: AbortSignal): Promise<number> {
  const { url, engine, connections, rate, duration, seed } = options;
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target?.protocol !== "http:") throw usageError(`--url ${url} is not an http:// URL`, "give it as in http://127.0.0.1:8080/");
  const point: LoadPoint = rate === undefined ? { kind: "closed-loop" } : { kind: "open-loop", offeredRatePerS: rate };
  if (point.kind === "open-loop" && !engines[engine].openLoop)
    throw usageError(`the engine ${engine} has no open loop`, "leave out --rate, or use --engine socket");
  const [scenario] = options.scenario === undefined ? [] : findScenarios([options.scenario], []);
  const workload = scenario
    ? ({
        kind: "cache",
        operations: scenario.operations,
        keys: { count: scenario.keys.count, choice: scenario.keys.choice },
        valueSize: scenario.valueSize,
      } as const)
    : ({ kind: "single-url", path: `${target.pathname}${target.search}` } as const);

  const topology = planTopology(usableCpus(), canPin());
  using _awake = keepAwake();
  const measured = await chooseProgress({ quiet: options.quiet === true }).stage(
    `Load on ${target.origin}, ${connections} connections, ${duration} s`,
    async () => {
      const agentCpus = topology.agents.map((cpus) => (topology.pinned ? cpus : null));
      await using generator = await startGenerator({
        origin: target.origin,
        engine,
        connections,
        agentCpus,
        workload,
        seed,
        requestTimeoutMs,
        signal,
      });
      const connect = await generator.connect();
      return { connect, load: await generator.measure({ point, leadInMs, durationMs: duration * 1000 }) };
    },
  );
  print(options.json ? JSON.stringify({ ...summarise(measured.load), ...measured }, null, 2) : describe(measured.load));
  return measured.load.received > 0 ? exitCodes.done : exitCodes.nothingValid;
}

function summarise(load: LoadMeasurement): {
  requestsPerS: number;
  responseTimeUs: Record<string, number | null>;
  serviceTimeUs: Record<string, number | null>;
} {
  return {
    requestsPerS: load.received / load.elapsedS,
    responseTimeUs: percentiles(load, "responseTimeUs"),
    serviceTimeUs: percentiles(load, "serviceTimeUs"),
  };
}

/** Null where fewer than 100 samples lie beyond. */
function percentiles(load: LoadMeasurement, kind: "responseTimeUs" | "serviceTimeUs"): Record<string, number | null> {
  const histogram = mergeHistograms(operations.map((name) => load.operations[name][kind]));
  return Object.fromEntries([50, 90, 99, 99.9].map((wanted) => [`p${String(wanted).replace(".", "")}`, percentile(histogram, wanted)]));
}

function describe(load: LoadMeasurement): string {
  const { requestsPerS, responseTimeUs, serviceTimeUs } = summarise(load);
  const times = (values: Record<string, number | null>): string =>
    Object.entries(values)
      .map(([name, us]) => `${name} ${us === null ? "-" : us}`)
      .join("  ");
  const statuses = operations.flatMap((name) =>
    Object.entries(load.operations[name].statuses).map(([status, count]) => `${name.toUpperCase()} ${status}: ${count}`),
  );
  const open = load.point.kind === "open-loop";
  return [
    `requests/s         ${requestsPerS.toFixed(0)}${open ? ` of ${load.scheduled} due in ${load.elapsedS.toFixed(1)} s` : " (closed loop: capacity)"}`,
    ...(open ? [`response time, us  ${times(responseTimeUs)}`] : []),
    `service time, us   ${times(serviceTimeUs)}${open ? "" : " (= connections / throughput, not a latency of the service)"}`,
    `answers            ${statuses.join(", ") || "none"}`,
    `failed             ${sum(Object.values(load.failed))}, timed out ${load.timedOut}`,
    `generator          busy ${(load.busyShare * 100).toFixed(0)} % of the time, ${((load.agentCpuS * 1e6) / Math.max(1, load.received)).toFixed(1)} us of processor time a request`,
  ].join("\n");
}
