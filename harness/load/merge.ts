/** What several agents measured at once, as one measurement: counts add up, and counted times become HDR histograms. */
import type { LoadMeasurement, LoadPoint, OperationMeasurement, RequestTotals } from "../core/measurement.ts";
import { operations, type Operation } from "../core/operations.ts";
import { encodeHistogram } from "./histogram.ts";
import type { AgentMeasurement, AgentOperation } from "./messages.ts";

export function mergeMeasurements(
  point: LoadPoint,
  connections: number,
  parts: readonly [AgentMeasurement, ...AgentMeasurement[]],
): LoadMeasurement {
  const total = (count: (part: AgentMeasurement) => number) => sum(parts.map(count));
  const merged = Object.fromEntries(operations.map((name) => [name, mergeOperation(parts.map((part) => part.operations[name]))])) as Record<
    Operation,
    OperationMeasurement
  >;
  const lags = parts.map((part) => part.scheduleLagUs).filter((lag) => lag !== null);
  return {
    point,
    elapsedS: parts[0].elapsedS,
    connections,
    scheduled: point.kind === "open-loop" ? total((part) => part.scheduled ?? 0) : null,
    inFlightAtStart: total((part) => part.inFlightAtStart),
    sent: sum(operations.map((name) => merged[name].sent)),
    received: total((part) => part.received),
    inFlightAtEnd: total((part) => part.inFlightAtEnd),
    openAtEnd: total((part) => part.openAtEnd),
    timedOut: total((part) => part.timedOut),
    failed: sumByKey(parts.map((part) => part.failed)),
    bytesReceived: total((part) => part.bytesReceived),
    operations: merged,
    cache: {
      l1: total((part) => part.cache.l1),
      l2: total((part) => part.cache.l2),
      absent: total((part) => part.cache.absent),
    },
    values: {
      judged: total((part) => part.values.judged),
      wrongKey: total((part) => part.values.wrongKey),
      corrupt: total((part) => part.values.corrupt),
      stale: total((part) => part.values.stale),
    },
    scheduleLagUs: lags.length > 0 ? encodeHistogram(lags) : null,
    busyShare: Math.max(...parts.map((part) => part.busyShare)),
    agentCpuS: total((part) => part.cpuS),
    per100Ms: mergeSeries(parts.map((part) => part.per100Ms)),
  };
}

function mergeSeries(parts: readonly AgentMeasurement["per100Ms"][]): LoadMeasurement["per100Ms"] {
  const steps = parts[0]?.answers ?? [];
  const total = (series: "answers" | "faults" | "responseUs" | "due" | "lost"): number[] =>
    steps.map((_, step) => sum(parts.map((part) => part[series][step] ?? 0)));
  const [answers, responseUs] = [total("answers"), total("responseUs")];
  return {
    leadInSteps: parts[0]?.leadInSteps ?? 0,
    answers,
    meanResponseUs: answers.map((count, step) => (count === 0 ? null : Math.round((responseUs[step] ?? 0) / count))),
    faults: total("faults"),
    due: total("due"),
    lost: total("lost"),
  };
}

export function mergeTotals(parts: readonly RequestTotals[]): RequestTotals {
  const merge = (name: Operation) => ({
    sent: sum(parts.map((part) => part[name].sent)),
    statuses: sumByKey(parts.map((part) => part[name].statuses)),
  });
  return { get: merge("get"), put: merge("put"), delete: merge("delete") };
}

function mergeOperation(parts: readonly AgentOperation[]): OperationMeasurement {
  return {
    sent: sum(parts.map((part) => part.sent)),
    statuses: sumByKey(parts.map((part) => part.statuses)),
    serviceTimeUs: encodeHistogram(parts.map((part) => part.serviceTimeUs)),
    responseTimeUs: encodeHistogram(parts.map((part) => part.responseTimeUs)),
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function sumByKey(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const part of parts) {
    for (const [key, count] of Object.entries(part)) total[key] = (total[key] ?? 0) + count;
  }
  return total;
}
