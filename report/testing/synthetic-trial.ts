/** One launch for tests, with real histograms in it. */
import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import type { LoadMeasurement, LoadPoint } from "../../harness/core/measurement.ts";
import type { MemorySample, Trial } from "../../harness/core/result.ts";
import type { SyntheticService } from "./synthetic-result.ts";

interface Launch {
  readonly scenario: string;
  readonly block: number;
  readonly points: readonly LoadPoint[];
  readonly normal: () => number;
}

const samples = 3_000;

export function syntheticTrial({ id, slowness }: SyntheticService, { scenario, block, points, normal }: Launch): Trial {
  const loads = points.map((point) => load(point, point.kind === "closed-loop" ? slowness * 4 : slowness, normal));
  const rest = {
    serviceCpuS: 1,
    redisCpuS: 0.4,
    redisCalls: { get: 900 },
    serviceRequests: { "get/hit": 2_000 },
    serviceTimes: null,
    beside: {},
  };
  const steadyState = { verdict: "steady", change: 0.01 } as const;
  return {
    id: `${scenario}/${block}/${id}`,
    block,
    implementation: id,
    scenario,
    startedAt: "2026-01-02T03:05:00.000Z",
    durationS: 20,
    outcome: {
      kind: "measured",
      readyMs: 8 * slowness,
      connect: { connections: 1_000, elapsedMs: 120 },
      loadPoints: loads.map((load) => ({ load, steadyState, ...rest })),
      memory: memory(slowness, normal),
      rssHighWaterBytes: Math.round(24e6 * slowness),
      counts: {
        requests: { get: answered("200", 2_000), put: answered("204", 900), delete: answered("204", 0) },
        serviceRequests: { "get/l1_hit": 2_000, "put/ok": 900 },
        redisCalls: { get: 900, set: 900 },
      },
      findings: [],
    },
  };
}

const steps = (count: number, value: number) => Array.from({ length: count }, () => value);

const answered = (status: string, count: number) => ({ sent: count, statuses: count === 0 ? {} : { [status]: count } });

function load(point: LoadPoint, slowness: number, normal: () => number): LoadMeasurement {
  const empty = { sent: 0, statuses: {}, serviceTimeUs: latencies(0, slowness, normal), responseTimeUs: latencies(0, slowness, normal) };
  const some = (count: number) => ({
    sent: count,
    statuses: { "200": count },
    serviceTimeUs: latencies(count, slowness, normal),
    responseTimeUs: latencies(count, slowness, normal),
  });
  const gets = Math.round(samples * 0.7);
  return {
    point,
    elapsedS: 8,
    connections: 1_000,
    scheduled: point.kind === "open-loop" ? samples : null,
    inFlightAtStart: 0,
    sent: samples,
    received: samples,
    inFlightAtEnd: 0,
    timedOut: 0,
    failed: {},
    bytesReceived: samples * 600,
    operations: { get: some(gets), put: some(samples - gets), delete: empty },
    cache: { l1: 1_700, l2: 400, absent: 0 },
    values: { judged: Math.floor(gets / 64), wrongKey: 0, corrupt: 0, stale: 0 },
    scheduleLagUs: point.kind === "open-loop" ? latencies(samples, 0.05, normal) : null,
    busyShare: 0.3,
    agentCpuS: 2,
    per100Ms: { leadInSteps: 5, answers: steps(85, 38), meanResponseUs: steps(85, Math.round(410 * slowness)), faults: steps(85, 0) },
  };
}

function latencies(count: number, slowness: number, normal: () => number): string {
  const histogram = build({ numberOfSignificantValueDigits: 3, autoResize: true, useWebAssembly: false });
  for (let index = 0; index < count; index++) {
    histogram.recordValue(Math.max(1, Math.round(410 * slowness * Math.exp(0.6 * normal()))));
  }
  return encodeIntoCompressedBase64(histogram);
}

function memory(slowness: number, normal: () => number): MemorySample[] {
  const plateau: readonly (readonly [MemorySample["phase"], number])[] = [
    ["idle", 9e6],
    ["warmed", 18e6],
    ["open-loop", 19e6],
    ["open-loop", 20e6],
    ["open-loop", 20e6],
    ["closed-loop", 22e6],
    ["closed-loop", 22e6],
    ["after", 21e6],
  ];
  return plateau.map(([phase, bytes], index) => {
    const rssBytes = Math.round(bytes * slowness * Math.exp(0.01 * normal()));
    return { phase, atS: 1 + index * 2.5, rssBytes, pssBytes: Math.round(rssBytes * 0.93), processes: 1 };
  });
}
