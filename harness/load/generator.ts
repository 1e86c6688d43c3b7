/** The load generator: agents in processes of their own, started, told when to begin, and their results merged. */
import { setTimeout } from "node:timers/promises";
import type { ConnectMeasurement, LoadMeasurement, LoadPoint, RequestTotals } from "../core/measurement.ts";
import { AgentProcess } from "./agent-process.ts";
import { nowUs } from "./clock.ts";
import { engines, type EngineName } from "./engines.ts";
import { LoadError } from "./errors.ts";
import { mergeMeasurements, mergeTotals } from "./merge.ts";
import type { AgentSetup, FromAgent, LoadWorkload, ToAgent } from "./messages.ts";
import { type Pacing, pacingOf } from "./pacing.ts";
import { streamOf } from "./streams.ts";

export interface GeneratorOptions {
  /** As in http://127.0.0.1:8080 */
  readonly origin: string;
  readonly engine: EngineName;
  readonly connections: number;
  /** One entry per agent: the CPUs it may use, or null for any. */
  readonly agentCpus: readonly (readonly number[] | null)[];
  /** Whether nothing else that is measured runs on those CPUs. */
  readonly alone?: boolean;
  readonly workload: LoadWorkload;
  readonly seed: number;
  readonly requestTimeoutMs: number;
  /** How long the service may answer with an older value than it acknowledged; 0: never. */
  readonly stalenessBoundMs?: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

export interface MeasureRequest {
  readonly point: LoadPoint;
  /** Driven like the window, and not recorded. */
  readonly leadInMs: number;
  readonly durationMs: number;
  /** Called when the window begins and when it ends; some ms late where this process shares a busy core. */
  readonly onWindow?: () => void;
}

export interface Generator extends AsyncDisposable {
  /** Opens all connections; they stay open for every measure() that follows. */
  connect(): Promise<ConnectMeasurement>;
  measure(request: MeasureRequest): Promise<LoadMeasurement>;
  /** All requests so far, warm-ups and lead-ins included. */
  totals(): Promise<RequestTotals>;
}

/**
 * For the order to reach every agent and its schedule to be drawn, before the common start and before the window. A closed loop at
 * whose edges nobody reads, as a warm-up, has no schedule and may begin a little late.
 */
const noticeMs = { atLeast: 50, withLeadIn: 250 };

/** Starts the agents and has them prepare all that can be prepared before anything is timed. */
export async function startGenerator(options: GeneratorOptions): Promise<Generator> {
  const setups = agentSetups(options);
  options.signal?.throwIfAborted();
  const env = options.env ?? process.env;
  const agents = setups.map((_, i) => new AgentProcess(`load agent ${i + 1} of ${setups.length}`, options.agentCpus[i] ?? null, env));
  const generator = new AgentGenerator(options, agents);
  try {
    await generator.setUp(setups);
    return generator;
  } catch (error) {
    await generator[Symbol.asyncDispose]();
    throw error;
  }
}

class AgentGenerator implements Generator {
  readonly #options: GeneratorOptions;
  readonly #agents: readonly AgentProcess[];
  #measured = 0;

  constructor(options: GeneratorOptions, agents: readonly AgentProcess[]) {
    this.#options = options;
    this.#agents = agents;
  }

  async setUp(setups: readonly AgentSetup[]): Promise<void> {
    await this.#askAll("ready", (i) => ({ type: "set-up", setup: setups[i] as AgentSetup }));
  }

  async connect(): Promise<ConnectMeasurement> {
    const answers = await this.#askAll("connected", () => ({ type: "connect" }));
    const firstUs = Math.min(...answers.map((answer) => answer.firstUs));
    const lastUs = Math.max(...answers.map((answer) => answer.lastUs));
    return { connections: this.#options.connections, elapsedMs: (lastUs - firstUs) / 1e3 };
  }

  async measure(request: MeasureRequest): Promise<LoadMeasurement> {
    const { engine, connections } = this.#options;
    if (request.point.kind === "open-loop" && !engines[engine].openLoop) {
      throw new LoadError(
        "open-loop-unsupported",
        `the engine ${engine} cannot drive an open loop: it sends the quota of a second back to back and drops what it missed; use the engine socket`,
      );
    }
    const { point, leadInMs, durationMs, onWindow } = request;
    const { realTime, lastStretchUs } = this.#pacing(point);
    const inRealTime = await Promise.all(this.#agents.map((agent) => agent.goRealTime(realTime)));
    const aligned = onWindow !== undefined;
    const mayBeLate = !aligned && point.kind === "closed-loop";
    const startsInMs = mayBeLate ? noticeMs.atLeast : Math.max(noticeMs.atLeast, noticeMs.withLeadIn - leadInMs);
    const order = { point, leadInMs, durationMs, startAtUs: nowUs() + startsInMs * 1e3, aligned, lastStretchUs, ordinal: this.#measured++ };
    const opensInMs = startsInMs + leadInMs;
    const edges = onWindow === undefined ? [] : [callIn(opensInMs, onWindow), callIn(opensInMs + durationMs, onWindow)];
    const [first, ...rest] = await this.#askAll("measured", () => ({ type: "measure", order }));
    await Promise.all(edges);
    if (first === undefined) throw new LoadError("bad-options", "there are no agents");
    const parts = [first.measurement, ...rest.map((answer) => answer.measurement)] as const;
    return { ...mergeMeasurements(point, connections, parts), agentsInRealTime: inRealTime.every(Boolean) };
  }

  /** A closed loop awaits no send. */
  #pacing(point: LoadPoint): Pacing {
    if (point.kind === "closed-loop") return { realTime: false, lastStretchUs: 0 };
    return pacingOf(point.offeredRatePerS / this.#agents.length, this.#options.alone === true);
  }

  async totals(): Promise<RequestTotals> {
    const answers = await this.#askAll("totals", () => ({ type: "total" }));
    return mergeTotals(answers.map((answer) => answer.totals));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.kill()));
  }

  /** Asks every agent; when the run is aborted or one agent fails, none goes on. */
  async #askAll<Type extends FromAgent["type"]>(type: Type, message: (agent: number) => ToAgent) {
    const { signal } = this.#options;
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      signal?.throwIfAborted();
      return await Promise.race([Promise.all(this.#agents.map((agent, i) => agent.ask(message(i), type))), aborted.promise]);
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }
}

async function callIn(ms: number, call: () => void): Promise<void> {
  await setTimeout(ms);
  call();
}

/** Splits the connections exactly: the first agents hold one more where they do not divide. */
function agentSetups(options: GeneratorOptions): AgentSetup[] {
  const { origin, engine, workload, seed, requestTimeoutMs, stalenessBoundMs = 0, connections } = options;
  const agents = options.agentCpus.length;
  if (agents < 1) throw new LoadError("bad-options", "a generator needs at least one agent");
  if (connections < agents) throw new LoadError("bad-options", `${connections} connections cannot be split over ${agents} agents`);
  if (new URL(origin).protocol !== "http:") throw new LoadError("bad-options", `only http:// is spoken, not ${origin}`);
  const streamed = workload.kind === "cache" ? { ...workload, stream: streamOf(workload, seed) } : workload;
  return options.agentCpus.map((_, agent) => ({
    origin,
    engine,
    workload: streamed,
    seed,
    requestTimeoutMs,
    stalenessBoundMs,
    agent,
    agents,
    connections: Math.floor(connections / agents) + (agent < connections % agents ? 1 : 0),
  }));
}
