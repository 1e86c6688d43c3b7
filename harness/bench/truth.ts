/**
 * What clients report against what is true: ours, autocannon at the same rate, and wrk (which has no rate and so answers
 * another question), each on a known-delay server of its own. Prints; asserts nothing.
 */
import { join } from "node:path";
import { execa } from "execa";
import { startDelayServer } from "../calibrate/delay-server.ts";
import { describeDelay, type KnownCase, knownCases } from "../calibrate/known-cases.ts";
import { measureKnown, type Truth } from "../calibrate/truth.ts";
import { table } from "../commands/output.ts";
import { exactPercentile } from "../core/calibration/simulate.ts";
import type { Topology } from "../core/plan-schema.ts";
import { planTopology } from "../core/topology.ts";
import { decodeHistogram } from "../core/histogram.ts";
import { singleCores } from "../calibrate/ceiling.ts";
import { packageRoot } from "../paths.ts";
import { canPin, onPath, pinned, usableCpus } from "../processes/pinning.ts";

const durationS = 5.5;
const percentiles = [50, 99] as const;
/** Known to be worth a comparison, and not driven by this bench. */
const others = ["wrk2", "oha", "fortio", "vegeta", "k6"];

/** p50 and p99, us. */
type Times = readonly [number, number];
type Client = (origin: string, known: KnownCase, cpus: readonly number[] | null) => Promise<Times>;

const clients: Readonly<Record<string, Client>> = {
  "autocannon (rate)": async (origin, { connections, ratePerS }, cpus) => {
    const program = join(packageRoot, "node_modules", "autocannon", "autocannon.js");
    const args = ["-c", String(connections), "-R", String(ratePerS), "-d", String(Math.ceil(durationS)), "-j", origin];
    const { latency } = JSON.parse(await run([process.execPath, program, ...args], cpus)) as { latency: { p50: number; p99: number } };
    return [latency.p50 * 1e3, latency.p99 * 1e3];
  },
  ...(onPath("wrk") !== null && {
    "wrk (no rate)": async (origin, { connections }, cpus) => {
      const text = await run(["wrk", "-t1", `-c${connections}`, `-d${Math.ceil(durationS)}s`, "--latency", `${origin}/`], cpus);
      return percentiles.map((wanted) => {
        const [, value, unit] = new RegExp(`^\\s+${wanted}%\\s+([\\d.]+)(us|ms|s)$`, "m").exec(text) ?? [];
        return Number(value) * (unit === "us" ? 1 : unit === "ms" ? 1e3 : 1e6);
      }) as [number, number];
    },
  }),
};

export async function benchTruth(): Promise<string> {
  const topology = singleCores(planTopology(usableCpus(), canPin()));
  const { signal } = new AbortController();
  const parts = [];
  // Without a ceiling these are the three cases at the common rate: 10 connections with stalls, 100, 1,000 with stalls.
  for (const known of knownCases(0)) parts.push(await compare(known, topology, signal));
  const missing = [...(onPath("wrk") === null ? ["wrk"] : []), ...others];
  return `${parts.join("\n\n")}\nNot compared: ${missing.join(", ")}`;
}

async function compare(known: KnownCase, topology: Topology, signal: AbortSignal): Promise<string> {
  const cpus = (wanted: readonly number[] | undefined): readonly number[] | null => (topology.pinned ? (wanted ?? null) : null);
  const { load, truth } = await measureKnown(known, { topology, durationMs: durationS * 1e3, signal });
  const reported = (encoded: string): Times => timesOf((wanted) => decodeHistogram(encoded).getValueAtPercentile(wanted));
  const { serviceTimeUs, responseTimeUs } = load.operations.get;
  const rows = [
    row("socket, from the intended start", reported(responseTimeUs), truth && ownTimes(truth.response)),
    row("socket, from the send", reported(serviceTimeUs), truth && ownTimes(truth.service)),
  ];
  for (const [name, client] of Object.entries(clients)) {
    await using server = await startDelayServer({ delay: known.delay, stall: known.stall, seed: 1 }, cpus(topology.service), signal);
    const times = await client(server.origin, known, cpus(topology.agents[0]));
    const { heldUs } = await server.takeLog();
    rows.push(row(name, times, ownTimes(heldUs.filter((us) => us >= 0))));
  }
  const { connections, ratePerS, delay, stall } = known;
  const title = `${connections} connections, ${ratePerS} requests/s, ${describeDelay(delay)}${stall === null ? "" : ", 50 ms stall a second"}`;
  const whole =
    truth === null
      ? ""
      : `; true response time at this rate: p50 ${ownTimes(truth.response)[0].toFixed(0)} us, p99 ${ownTimes(truth.response)[1].toFixed(0)} us`;
  return `${title}${whole}\n${table(["CLIENT", "P50 US", "P99 US", "TRUE P50", "TRUE P99"], rows)}`;
}

const timesOf = (value: (percentile: number) => number): Times => [value(percentiles[0]), value(percentiles[1])];
const ownTimes = (values: Truth["response"] | readonly number[]): Times => timesOf((wanted) => exactPercentile(values, wanted));

/** `truth`: of what the client claims to time; for the others that is what the server held in their own run. */
const row = (name: string, times: Times, truth: Times | null): string[] => [
  name,
  ...times.map((us) => us.toFixed(0)),
  ...(truth === null ? ["-", "-"] : truth.map((us) => us.toFixed(0))),
];

async function run(command: readonly string[], cpus: readonly number[] | null): Promise<string> {
  const [file = "", ...args] = pinned(command, cpus);
  return (await execa(file, args)).stdout;
}
