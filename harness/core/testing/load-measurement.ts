/** Measurements for tests: a sound open and a sound closed loop, to be broken in one place each. */
import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import type { LoadMeasurement, OperationMeasurement } from "../measurement.ts";
import type { TrialCounts } from "../reconcile.ts";
import type { Scenario } from "../scenario.ts";

export const testScenario: Scenario = {
  id: "test",
  title: "test",
  purpose: "test",
  connections: 100,
  operations: { get: 0.7, put: 0.3, delete: 0 },
  keys: { count: 100, choice: { kind: "uniform" } },
  valueSize: { kind: "fixed", bytes: 64 },
  l1: { kind: "bytes", maxBytes: 65_536 },
  openLoop: { offeredRatesPerS: [2_000] },
};

/** What an open loop counts, with as much from service and Redis. */
export function soundCounts(): TrialCounts {
  return {
    requests: {
      get: { sent: 8_400, statuses: { "200": 8_300, "404": 90, "503": 10 } },
      put: { sent: 3_500, statuses: { "204": 3_490, "503": 10 } },
      delete: { sent: 100, statuses: { "204": 100 } },
    },
    serviceRequests: {
      "get/l1_hit": 8_000,
      "get/l2_hit": 300,
      "get/miss": 90,
      "get/unavailable": 10,
      "put/ok": 3_490,
      "put/unavailable": 10,
      "delete/ok": 100,
    },
    redisCalls: { get: 390, set: 3_490, del: 100 },
  };
}

/** A histogram of `count` values that are all `us`. */
export function constantHistogram(count: number, us: number): string {
  const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 2 ** 31, numberOfSignificantValueDigits: 3 });
  if (count > 0) histogram.recordValueWithCount(us, count);
  return encodeIntoCompressedBase64(histogram);
}

function operation(sent: number, us: number, status: string): OperationMeasurement {
  return {
    sent,
    statuses: sent === 0 ? {} : { [status]: sent },
    serviceTimeUs: constantHistogram(sent, us),
    responseTimeUs: constantHistogram(sent, us),
  };
}

const steps = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

/** 12,000 requests in 6 s, each answered in 1 ms. */
export function openLoad(changes: Partial<LoadMeasurement> = {}): LoadMeasurement {
  return {
    point: { kind: "open-loop", offeredRatePerS: 2_000 },
    elapsedS: 6,
    connections: 100,
    scheduled: 12_000,
    inFlightAtStart: 0,
    sent: 12_000,
    received: 12_000,
    inFlightAtEnd: 0,
    timedOut: 0,
    failed: {},
    bytesReceived: 1_000_000,
    operations: { get: operation(8_400, 1_000, "200"), put: operation(3_600, 1_000, "204"), delete: operation(0, 0, "204") },
    cache: { l1: 8_000, l2: 400, absent: 0 },
    values: { judged: 131, wrongKey: 0, corrupt: 0, stale: 0 },
    scheduleLagUs: constantHistogram(12_000, 20),
    busyShare: 0.1,
    agentCpuS: 1,
    per100Ms: { leadInSteps: 5, answers: steps(65, 200), meanResponseUs: steps(65, 1_000), faults: steps(65, 0) },
    ...changes,
  };
}

/** 100 connections, 5 ms each: 20,000 answers a second for 4 s. */
export function closedLoad(changes: Partial<LoadMeasurement> = {}): LoadMeasurement {
  return {
    ...openLoad(),
    point: { kind: "closed-loop" },
    elapsedS: 4,
    scheduled: null,
    inFlightAtStart: 100,
    sent: 80_000,
    received: 80_000,
    inFlightAtEnd: 100,
    operations: { get: operation(56_000, 5_000, "200"), put: operation(24_000, 5_000, "204"), delete: operation(0, 0, "204") },
    scheduleLagUs: null,
    busyShare: 0.5,
    per100Ms: { leadInSteps: 5, answers: steps(45, 2_000), meanResponseUs: steps(45, 5_000), faults: steps(45, 0) },
    ...changes,
  };
}
