/**
 * What clients report against what is true: ours, and the others at the same rate where they have one (wrk has none, and so answers
 * another question), each on a known-delay server of its own, up to 60 % of what ours can send here. Prints; asserts nothing.
 */
import { startDelayServer } from "../calibrate/delay-server.ts";
import { describeDelay, type KnownCase, knownCases } from "../calibrate/known-cases.ts";
import { rivalsHere, rivalsMissing, runRival, takesRate } from "../calibrate/rivals.ts";
import { measureKnown } from "../calibrate/truth.ts";
import { table } from "../commands/output.ts";
import { exactPercentile } from "../core/calibration/simulate.ts";
import { truthPercentiles } from "../core/calibration/truth.ts";
import type { Topology } from "../core/plan-schema.ts";
import { planTopology } from "../core/topology.ts";
import { decodeHistogram } from "../core/histogram.ts";
import { measureCapacity, plainGets, singleCores, speedOf } from "../calibrate/ceiling.ts";
import { startNullServer } from "../calibrate/null-server.ts";
import { canPin, usableCpus } from "../processes/pinning.ts";

const durationS = 5.5;

/** p50, p99 and p99.9, us; null where it is not told. */
type Times = readonly (number | null)[];

export async function benchTruth(): Promise<string> {
  const topology = singleCores(planTopology(usableCpus(), canPin()));
  const { signal } = new AbortController();
  const parts = [];
  for (const known of knownCases(await ceilingPerS(topology, signal))) parts.push(await compare(known, topology, signal));
  return `${parts.join("\n\n")}\nNot compared: ${rivalsMissing.join(", ")}`;
}

async function ceilingPerS(topology: Topology, signal: AbortSignal): Promise<number> {
  await using server = await startNullServer(topology.pinned ? topology.service : null, signal);
  const options = { origin: server.origin, topology, durationMs: 3_000, signal };
  return speedOf(await measureCapacity("socket", 1_000, plainGets, options)).requestsPerS;
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
  for (const name of rivalsHere) {
    const rate = takesRate(name) ? known.ratePerS : null;
    const load = { cpus: cpus(topology.service), ratePerS: rate, signal };
    await using server = await startDelayServer({ delay: known.delay, stall: known.stall, seed: 1 }, load);
    const rival = { url: `${server.origin}/`, connections: known.connections, durationS: Math.ceil(durationS), ratePerS: rate };
    const { timesUs } = await runRival(name, rival, cpus(topology.agents[0]), signal);
    const { heldUs } = await server.takeLog();
    rows.push(row(rate === null ? `${name} (no rate)` : name, timesUs, ownTimes(heldUs.filter((us) => us >= 0))));
  }
  const { connections, ratePerS, delay, stall } = known;
  const title = `${connections} connections, ${ratePerS} requests/s, ${describeDelay(delay)}${stall === null ? "" : ", 50 ms stall a second"}`;
  return `${title}\n${table(["CLIENT", "P50 US", "P99", "P99.9", "TRUE P50", "P99", "P99.9"], rows)}`;
}

const timesOf = (value: (percentile: number) => number): Times => truthPercentiles.map(value);
const ownTimes = (values: ArrayLike<number>): Times => timesOf((wanted) => exactPercentile(values, wanted));
const shown = (times: Times): string[] => times.map((us) => us?.toFixed(0) ?? "-");

/** `truth`: of what the client claims to time; for the others that is what the server held in their own run. */
const row = (name: string, times: Times, truth: Times | null): string[] => [
  name,
  ...shown(times),
  ...shown(truth ?? truthPercentiles.map(() => null)),
];
