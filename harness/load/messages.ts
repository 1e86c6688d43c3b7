/** What the generator and its agents say to each other over the IPC channel. */
import type { LoadPoint, RequestTotals, ValueCounts } from "../core/measurement.ts";
import type { CacheWorkload, WorkloadStream } from "../core/workload.ts";
import type { EngineName } from "./engines.ts";
import type { LoadErrorCode } from "./errors.ts";
import type { BucketCounts } from "./microseconds.ts";

interface SingleUrl {
  readonly kind: "single-url";
  readonly path: string;
}

export type LoadWorkload = CacheWorkload | SingleUrl;

/** The whole stream, of which each agent sends its share. */
export type StreamedWorkload = CacheWorkload & { readonly stream: WorkloadStream };

/** All an agent needs to know before it can open connections. */
export interface AgentSetup {
  readonly engine: EngineName;
  readonly origin: string;
  /** Of this agent alone. */
  readonly connections: number;
  readonly agent: number;
  readonly agents: number;
  readonly workload: StreamedWorkload | SingleUrl;
  readonly seed: number;
  readonly requestTimeoutMs: number;
  /** How long the service may answer with an older value than it acknowledged; 0: never. */
  readonly stalenessBoundMs: number;
}

export interface MeasureOrder {
  readonly point: LoadPoint;
  readonly leadInMs: number;
  readonly durationMs: number;
  /** When the lead-in starts, by the monotonic clock that all processes share. */
  readonly startAtUs: number;
  /** Others take readings at the edges of the window: it begins then or not at all. */
  readonly aligned: boolean;
  /** Of an open loop: before a send is due, polled and not slept. */
  readonly lastStretchUs: number;
  /** 0, 1, ...: each load point has arrivals of its own. */
  readonly ordinal: number;
}

export type ToAgent =
  | { readonly type: "set-up"; readonly setup: AgentSetup }
  | { readonly type: "connect" }
  | { readonly type: "measure"; readonly order: MeasureOrder }
  | { readonly type: "total" };

export type FromAgent =
  | { readonly type: "ready" }
  | { readonly type: "connected"; readonly firstUs: number; readonly lastUs: number }
  | { readonly type: "measured"; readonly measurement: AgentMeasurement }
  | { readonly type: "totals"; readonly totals: RequestTotals }
  | { readonly type: "failed"; readonly code: LoadErrorCode; readonly message: string };

export interface AgentOperation {
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly serviceTimeUs: BucketCounts;
  readonly responseTimeUs: BucketCounts;
}

/** What a loop sees of a load point; the rest is in the session's ledger. */
export type LoopMeasurement = Omit<AgentMeasurement, "values" | "per100Ms">;

/** A LoadMeasurement of one agent; numbers add up and counted times become histograms of the whole. */
export interface AgentMeasurement {
  readonly elapsedS: number;
  readonly scheduled: number | null;
  readonly inFlightAtStart: number;
  readonly inFlightAtEnd: number;
  readonly openAtEnd: number;
  readonly received: number;
  readonly timedOut: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly bytesReceived: number;
  readonly operations: { readonly get: AgentOperation; readonly put: AgentOperation; readonly delete: AgentOperation };
  readonly cache: { readonly l1: number; readonly l2: number; readonly absent: number };
  readonly values: ValueCounts;
  readonly scheduleLagUs: BucketCounts | null;
  readonly busyShare: number;
  readonly cpuS: number;
  readonly per100Ms: {
    readonly leadInSteps: number;
    readonly answers: readonly number[];
    readonly responseUs: readonly number[];
    readonly faults: readonly number[];
    readonly due: readonly number[];
    readonly lost: readonly number[];
  };
}
