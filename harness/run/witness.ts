/** Each implementation once more at few connections, by both engines in turn; core/witness.ts says what must agree. */
import { connect } from "node:net";
import { findCeiling, type UsedCalibration } from "../core/calibration/ceilings.ts";
import { mergeHistograms } from "../core/histogram.ts";
import { sum } from "../core/gates.ts";
import type { LoadMeasurement } from "../core/measurement.ts";
import { operations } from "../core/operations.ts";
import type { Scenario } from "../core/scenario.ts";
import { disagreements, type Witness, type WitnessReading, witnessConnections } from "../core/witness.ts";
import { keyName } from "../core/workload.ts";
import type { EngineName } from "../load/engines.ts";
import { startGenerator } from "../load/generator.ts";
import { ResponseParser } from "../load/response-parser.ts";
import { RedisAdmin } from "../redis/admin.ts";
import { ServiceFault, untilReady, whileAlive } from "../targets/readiness.ts";
import type { Service } from "../targets/service.ts";
import type { RunContext } from "./context.ts";
import { l1BytesOf, loadDataSet, workloadOf } from "./data-set.ts";
import { witnessKeys } from "./find-ceilings.ts";
import type { Built } from "./prepare.ts";
import { type Probed, TrialProbe } from "./trial-probe.ts";

/** Neither engine is favoured by a machine that becomes slower or faster meanwhile. */
const turns: readonly EngineName[] = ["socket", "autocannon", "autocannon", "socket"];
const windowMs = 750;
const warmUpMs = 500;
/** For how long each implementation is driven, warm-ups included. */
export const witnessDrivingMs = new Set(turns).size * warmUpMs + turns.length * windowMs;

/** With the first scenario. An implementation that does not stay up is left to its trials to tell. */
export async function callWitnesses(context: RunContext, built: readonly Built[], calibration: UsedCalibration): Promise<Witness[]> {
  const { selection, progress, signal } = context;
  const [scenario] = selection.scenarios;
  if (scenario === undefined) return [];
  const [socket, autocannon] = witnessKeys(scenario).map((key) => findCeiling(calibration.ceilings, key));
  if (!socket || !autocannon) throw new Error("both engines were calibrated at few connections");
  return progress.stage(`Both load engines on each service, ${witnessConnections} connections: do they agree?`, async (update) => {
    const witnesses: Witness[] = [];
    for (const one of built) {
      update(one.launchable.id);
      try {
        const readings = await readBoth(context, one, scenario);
        const told = disagreements(readings.socket, readings.autocannon, { socket, autocannon });
        for (const sentence of told) update(`${one.launchable.id}: ${sentence}`);
        const both = [readings.socket, readings.autocannon];
        witnesses.push({ implementation: one.launchable.id, scenario: scenario.id, readings: both, disagreements: told });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ServiceFault)) throw error;
        update(`${one.launchable.id}: ${error.message}`);
      }
    }
    return witnesses;
  });
}

async function readBoth(
  { selection, folder, redisSource, signal }: RunContext,
  { launchable }: Built,
  scenario: Scenario,
): Promise<Record<EngineName, WitnessReading>> {
  const { settings, topology } = selection.plan;
  const cpus = (wanted: readonly number[]): readonly number[] | null => (topology.pinned ? wanted : null);
  const logFile = folder.log(`witness-${launchable.id}`);
  const workload = workloadOf(scenario, settings);
  await using redis = await redisSource.start({ cpus: cpus(topology.redis), logFile: `${logFile}.redis`, signal });
  await using admin = await RedisAdmin.connect(redis.url);
  const l1MaxBytes = l1BytesOf(scenario, await loadDataSet(admin, workload, settings.seed, signal));
  await using service = await launchable.launch({
    settings: { redisUrl: redis.url, workers: topology.service.length, l1MaxBytes },
    cpus: cpus(topology.service),
    logFile,
    signal,
  });
  await untilReady(service, signal);
  const work = async (): Promise<Record<EngineName, WitnessReading>> => {
    const lengths = scenario.valueSize.kind === "fixed" ? await answerLengths(service) : null;
    const probe = new TrialProbe(service, admin, signal);
    const parts: Record<EngineName, Probed[]> = { socket: [], autocannon: [] };
    const point = { kind: "closed-loop" } as const;
    const start = (engine: EngineName) =>
      startGenerator({
        origin: service.origin,
        engine,
        connections: witnessConnections,
        agentCpus: topology.agents.slice(0, 1).map(cpus),
        workload,
        seed: settings.seed,
        requestTimeoutMs: settings.requestTimeoutMs,
        signal,
      });
    await using socket = await start("socket");
    await using autocannon = await start("autocannon");
    const generators = { socket, autocannon };
    for (const generator of Object.values(generators)) {
      await generator.connect();
      await generator.measure({ point, leadInMs: 0, durationMs: warmUpMs });
    }
    for (const engine of turns) {
      // No lead-in: whatever was sent is in the counts.
      const load = () => generators[engine].measure({ point, leadInMs: 0, durationMs: windowMs });
      parts[engine].push(await probe.around(point, load));
    }
    return { socket: readingOf("socket", parts.socket, lengths), autocannon: readingOf("autocannon", parts.autocannon, lengths) };
  };
  return await whileAlive(service, work());
}

function readingOf(engine: EngineName, parts: readonly Probed[], lengths: AnswerLengths | null): WitnessReading {
  const total = (value: (part: Probed) => number): number => sum(parts.map(value));
  const answers = (load: LoadMeasurement, name: "get" | "put", status: string): number => load.operations[name].statuses[status] ?? 0;
  const expected = (load: LoadMeasurement): number =>
    answers(load, "get", "200") * (lengths?.get ?? 0) + answers(load, "put", "204") * (lengths?.put ?? 0);
  const usual = total(({ load }) => load.received - answers(load, "get", "200") - answers(load, "put", "204")) === 0;
  const times = mergeHistograms(parts.flatMap(({ load }) => operations.map((name) => load.operations[name].serviceTimeUs)));
  return {
    engine,
    sent: total(({ load }) => load.sent + load.inFlightAtStart),
    puts: total(({ load }) => load.operations.put.sent),
    errors: total(({ load }) => load.timedOut + sum(Object.values(load.failed))),
    bytes: total(({ load }) => load.bytesReceived),
    expectedBytes: lengths === null || !usual ? null : total(({ load }) => expected(load)),
    serviceCounted: total(({ serviceRequests }) => sum(Object.values(serviceRequests))),
    redisWrites: total(({ redisCalls }) => sum(["set", "setex", "psetex"].map((name) => redisCalls[name] ?? 0))),
    requestsPerS: total(({ load }) => load.received) / total(({ load }) => load.elapsedS),
    p50Us: times.getValueAtPercentile(50),
  };
}

interface AnswerLengths {
  readonly get: number;
  readonly put: number;
}

/** The bytes of one answer to each, header and all, by a plain socket: neither engine's count. */
async function answerLengths({ origin }: Service): Promise<AnswerLengths> {
  const { host, hostname, port } = new URL(origin);
  const to = { host: hostname, port: Number(port) };
  const target = `/v1/cache/${keyName(0)} HTTP/1.1\r\nHost: ${host}\r\n`;
  // The value is written as it was read, so that nothing changes.
  const get = await exchange(to, `GET ${target}\r\n`);
  const body = get.subarray(get.indexOf("\r\n\r\n") + 4).toString("latin1");
  const put = await exchange(to, `PUT ${target}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  return { get: get.length, put: put.length };
}

function exchange(to: { readonly host: string; readonly port: number }, request: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parser = new ResponseParser();
    const pieces: Buffer[] = [];
    const socket = connect(to, () => socket.write(request, "latin1"));
    socket.setTimeout(5_000, () => socket.destroy(new Error("no answer within 5 s")));
    socket.on("error", reject);
    socket.on("data", (piece) => {
      pieces.push(piece);
      if (parser.push(piece, piece.length) === "more") return;
      socket.destroy();
      resolve(Buffer.concat(pieces));
    });
  });
}
