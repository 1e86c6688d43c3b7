/**
 * The validity gates of one load point: pure functions from what was measured to a finding or nothing.
 * A `void` load point is never averaged in; a `bounded` one gives a bound, not a value.
 */
import type { LoadMeasurement } from "./measurement.ts";
import { decodeHistogram, mergeHistograms } from "./histogram.ts";
import type { Finding } from "./result.ts";
import type { SteadyState } from "./steady-state.ts";
import { operations, type Operation } from "./operations.ts";
import type { Scenario } from "./scenario.ts";

export interface GateInput {
  readonly load: LoadMeasurement;
  readonly scenario: Scenario;
  readonly steadyState: SteadyState;
  /** Connections that were asked for. */
  readonly connections: number;
  /** Processor time of Redis in the window, s; null where it cannot be read. */
  readonly redisCpuS: number | null;
  /** True where Redis runs on the agents' processors. */
  readonly redisSharesAgentCpu: boolean;
  /** Processors that the agents have, together. */
  readonly agentCpuCount: number;
  /** By how much the time of day moved against the monotonic clock, ms. */
  readonly clockStepMs?: number | undefined;
  /** What the generator gets out of a null server with this load, requests/s; null where that was not measured. */
  readonly ceilingPerS: number | null;
}

export type GateOutcome = Pick<Finding, "severity" | "sentence" | "cure"> | null;
type Gate = (input: GateInput) => GateOutcome;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const isOpen = (load: LoadMeasurement): boolean => load.point.kind === "open-loop";

/** A hundred times what adjusting its rate moves a clock by in ten seconds. */
const clockToleranceMs = 500;

/** Nobody set the clock: times to live are counted by it. */
const clockSane: Gate = ({ clockStepMs = 0 }) => {
  if (Math.abs(clockStepMs) <= clockToleranceMs) return null;
  return {
    severity: "void",
    sentence: `the machine's clock was set by ${Math.round(clockStepMs)} ms meanwhile, or the machine stood still`,
    cure: "let time synchronisation finish first, and do not suspend the machine",
  };
};

/** Every request that was sent is accounted for. */
const conservation: Gate = ({ load }) => {
  const begun = load.inFlightAtStart + load.sent;
  const ended = load.received + load.inFlightAtEnd + load.timedOut + sum(Object.values(load.failed));
  if (begun === ended) return null;
  return {
    severity: "void",
    sentence: `${begun} requests were in flight or sent, but ${ended} received, failed, timed out or still in flight`,
    cure: "this is a fault of the load engine: report it with the run's folder",
  };
};

/** Open loop: what was answered is what the schedule asked for, within 1 %. */
const scheduleKept: Gate = ({ load }) => {
  if (load.scheduled === null) return null;
  const share = load.scheduled === 0 ? 0 : load.received / load.scheduled;
  if (Math.abs(share - 1) <= 0.01) return null;
  return {
    severity: "void",
    sentence: `saturated: ${percent(share)} of the ${load.scheduled} requests that were due got an answer`,
    cure: "offer a lower rate, or give the service more processors",
  };
};

/** Closed loop: Little's law, N = X x mean service time, within 2 %. */
const littlesLaw: Gate = ({ load }) => {
  if (isOpen(load) || load.received === 0) return null;
  const times = mergeHistograms(operations.map((name) => load.operations[name].serviceTimeUs));
  const inSystem = (load.received / load.elapsedS) * (times.mean / 1e6);
  if (Math.abs(inSystem / load.connections - 1) <= 0.02) return null;
  return {
    severity: "void",
    sentence: `Little's law: throughput x mean time gives ${inSystem.toFixed(0)} requests in flight, but ${load.connections} connections were open`,
    cure: "measure longer, or look for other work on this machine",
  };
};

/** The set-up must not end before the service does. */
const generatorHeadroom: Gate = ({ load, redisCpuS, redisSharesAgentCpu, agentCpuCount }) => {
  const agentShare = load.busyShare;
  const sharedShare = redisSharesAgentCpu && redisCpuS !== null ? (load.agentCpuS + redisCpuS) / load.elapsedS / agentCpuCount : 0;
  if (isOpen(load)) {
    // An agent polls while it waits, so only its own busy time counts here.
    return agentShare < 0.8
      ? null
      : {
          severity: "void",
          sentence: `the load agent was busy ${percent(agentShare)} of the time at the offered rate`,
          cure: "give the load agents processors of their own",
        };
  }
  if (agentShare < 0.8 && sharedShare < 0.9) return null;
  return {
    severity: "bounded",
    sentence:
      sharedShare >= 0.9
        ? `load agent and Redis used ${percent(sharedShare)} of the processor they share: the set-up ends before the service does`
        : `the load agent was busy ${percent(agentShare)} of the time: it ends before the service does`,
    cure: "use a machine with at least 4 processors; CPU per operation and open-loop latency hold as they are",
  };
};

/** Above this share of the ceiling, what is seen may be the generator's end and not the service's. */
const usableCeiling = 0.7;

const ceilingHeadroom: Gate = ({ load, ceilingPerS }) => {
  if (isOpen(load) || ceilingPerS === null) return null;
  const share = load.received / load.elapsedS / ceilingPerS;
  if (share <= usableCeiling) return null;
  return {
    severity: "bounded",
    sentence: `the capacity is ${percent(share)} of what the load generator gets out of a server that does nothing: it may end before the service does`,
    cure: "use a machine with more processors; CPU per operation and open-loop latency hold as they are",
  };
};

/**
 * Did the agent send so late that it shows at this percentile: lag of 50 us or more, and of a tenth or more of the time
 * reported there? A busy moment of the machine spoils p99 and leaves the median as it was, so each is judged by itself.
 */
export function lateSending(load: LoadMeasurement, percentile: number): GateOutcome {
  if (load.scheduleLagUs === null) return null;
  const lag = decodeHistogram(load.scheduleLagUs).getValueAtPercentile(percentile);
  const reported = mergeHistograms(operations.map((name) => load.operations[name].responseTimeUs)).getValueAtPercentile(percentile);
  if (!isLate(lag, reported)) return null;
  return {
    severity: "void",
    sentence: `the load agent sent late: p${percentile} of its lag is ${lag} us, of the response time ${reported} us`,
    cure: "close other programs, or give the load agents processors of their own",
  };
}

/** Lag that shows in the time reported at the same percentile, both in us. */
export function isLate(lagUs: number, reportedUs: number): boolean {
  return lagUs >= 50 && lagUs >= reportedUs * 0.1;
}

/** Where even the median is late, nothing of the open loop stands. */
const scheduleLag: Gate = ({ load }) => lateSending(load, 50);

/** The achieved mix is the scenario's, within 1 percentage point (or 4 standard errors in short windows). */
const operationMix: Gate = ({ load, scenario }) => {
  const sent = sum(operations.map((name) => load.operations[name].sent));
  if (sent === 0) return null;
  const off = operations.find((name) => {
    const wanted = scenario.operations[name];
    const tolerance = Math.max(0.01, 4 * Math.sqrt((wanted * (1 - wanted)) / sent));
    return Math.abs(load.operations[name].sent / sent - wanted) > tolerance;
  });
  if (off === undefined) return null;
  return {
    severity: "void",
    sentence: `${percent(load.operations[off].sent / sent)} of the requests were ${off.toUpperCase()}, the scenario asks for ${percent(scenario.operations[off])}`,
    cure: "this is a fault of the load engine: report it with the run's folder",
  };
};

/** At most 0.1 % of the requests may fail without making the load point void; the share is a figure of its own. */
const fewErrors: Gate = ({ load, scenario }) => {
  // Where Redis is taken away on purpose, what fails then is the figure.
  if (scenario.redisPause !== undefined && isOpen(load)) return null;
  const share = errorShare(load, scenario);
  if (share <= 0.001) return null;
  return {
    severity: "void",
    sentence: `${percent(share)} of the requests failed (${describeErrors(load, scenario)})`,
    cure: "read the service's log in the run's folder",
  };
};

const connectionsOpen: Gate = ({ load, connections }) => {
  const open = load.openAtEnd ?? load.connections;
  // A service that closes connections now and then has one or another of them just being opened again.
  if (load.connections === connections && open >= connections * 0.99) return null;
  return {
    severity: "void",
    sentence: `${Math.min(open, load.connections)} of ${connections} connections were open at the end of the window`,
    cure: "look at the limit of open files (cache-bench doctor) and at the service's log",
  };
};

const answersSeen: Gate = ({ load }) =>
  load.received > 0 ? null : { severity: "void", sentence: "no request was answered", cure: "read the service's log in the run's folder" };

/** Every value in the sample is a document of the key asked for, and none had been overwritten. */
const rightValues: Gate = ({ load: { values } }) => {
  const { judged, wrongKey, corrupt, stale } = values;
  const kinds = [
    { count: wrongKey, words: "another key's value" },
    { count: corrupt, words: "a value that was never written" },
    { count: stale, words: "a value older than one acknowledged before the read was sent" },
  ].filter(({ count }) => count > 0);
  if (kinds.length === 0) return null;
  return {
    severity: "void",
    sentence: `wrong values under load: of ${judged} answers judged, ${kinds.map(({ count, words }) => `${count} held ${words}`).join(", ")}`,
    cure: "a fault of the service that shows only under load: look for a race between its reads, writes and invalidations, and for shared buffers",
  };
};

/** What was measured is a level, not a way from one to another. A series that is too short to tell is not held against it. */
const settled: Gate = ({ load, scenario, steadyState: { verdict, change } }) => {
  // A start without a warm-up and a Redis that goes away are changes, and what is measured there is how they pass.
  if (isOpen(load) && (scenario.coldL1 || scenario.redisPause !== undefined)) return null;
  if (verdict === "steady" || verdict === "too-short") return null;
  const what = isOpen(load) ? "mean response time" : "throughput";
  const by = `the ${what} changed by ${percent(change ?? 0)} within the window`;
  return {
    severity: "void",
    sentence: verdict === "none" ? `no steady state was reached: ${by}` : `not steady: ${by}`,
    cure: "close other programs, or use a machine that shares its processors with nobody; where it happens in every launch, the service needs a longer warm-up (the preset rigorous has one)",
  };
};

export const gates: Readonly<Record<string, Gate>> = {
  "answers-seen": answersSeen,
  conservation,
  "schedule-kept": scheduleKept,
  "littles-law": littlesLaw,
  "generator-headroom": generatorHeadroom,
  "ceiling-headroom": ceilingHeadroom,
  "schedule-lag": scheduleLag,
  "operation-mix": operationMix,
  "few-errors": fewErrors,
  "right-values": rightValues,
  "steady-state": settled,
  "connections-open": connectionsOpen,
  "clock-sane": clockSane,
};

/** Every finding of the load point, in the order of the gates. */
export function judgeLoadPoint(input: GateInput, loadPoint: number): readonly Finding[] {
  return Object.entries(gates).flatMap(([gate, judge]) => {
    const outcome = judge(input);
    return outcome === null ? [] : [{ gate, loadPoint, ...outcome }];
  });
}

/** The statuses that are right answers to the load: 404 only where the load itself deletes keys or lets them expire. */
function rightStatuses(operation: Operation, scenario: Scenario): readonly string[] {
  if (operation !== "get") return ["204"];
  return scenario.operations.delete > 0 || scenario.ttlS !== undefined ? ["200", "404"] : ["200"];
}

/** Answers in the window that are right. Only these are throughput. */
export function rightAnswers(load: LoadMeasurement, scenario: Scenario): number {
  return sum(operations.flatMap((name) => rightStatuses(name, scenario).map((status) => load.operations[name].statuses[status] ?? 0)));
}

/** Share of ended requests that failed, timed out, in the queue too, or got a wrong status. */
export function errorShare(load: LoadMeasurement, scenario: Scenario): number {
  const neverSent = load.scheduled === null ? 0 : load.scheduled - load.sent;
  const ended = load.received + load.timedOut + sum(Object.values(load.failed)) + neverSent;
  return ended === 0 ? 0 : 1 - rightAnswers(load, scenario) / ended;
}

function describeErrors(load: LoadMeasurement, scenario: Scenario): string {
  const statuses = operations.flatMap((name) =>
    Object.entries(load.operations[name].statuses)
      .filter(([status]) => !rightStatuses(name, scenario).includes(status))
      .map(([status, count]) => `${count} x ${name.toUpperCase()} ${status}`),
  );
  const failures = Object.entries(load.failed)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} x ${kind}`);
  const timeouts = load.timedOut > 0 ? [`${load.timedOut} x timeout`] : [];
  return [...statuses, ...failures, ...timeouts].slice(0, 5).join(", ");
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
