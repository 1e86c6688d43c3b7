/** What a service says of itself on /metrics, in the Prometheus text format. */
import { countsSince, parseServiceCounts } from "../probes/service-metrics.ts";
import { type CheckContext, CheckFailure, type Consistency } from "./check.ts";
import { type Call, curl, expectStatus } from "./http.ts";

export const metricsCall: Call = { method: "GET", target: "/metrics" };

export interface Metrics {
  /** The sum over all series of a name, with any labels; null when there is none. */
  total(name: string): number | null;
  /** Of the series that carries this label. */
  label(name: string, label: string): string | null;
  readonly text: string;
}

export async function readMetrics(site: Pick<CheckContext, "origin" | "signal">): Promise<Metrics> {
  return parseMetrics((await expectStatus(site, metricsCall, 200)).body.toString("utf8"));
}

export function parseMetrics(text: string): Metrics {
  const series = [...text.matchAll(/^([a-z0-9_]+)(?:\{([^}]*)\})? ([^ \n]+)/gm)];
  const named = (name: string) => series.filter((one) => one[1] === name);
  return {
    text,
    total: (name) => (named(name).length === 0 ? null : named(name).reduce((sum, one) => sum + Number(one[3]), 0)),
    label: (name, label) => new RegExp(`(?:^|,)${label}="([^"]*)"`).exec(named(name)[0]?.[2] ?? "")?.[1] ?? null,
  };
}

/** The value of a metric; fails the check when there is none. */
export function requireTotal(site: Pick<CheckContext, "origin">, metrics: Metrics, name: string): number {
  const value = metrics.total(name);
  if (value !== null && Number.isFinite(value)) return value;
  throw new CheckFailure(
    `/metrics has no ${name}`,
    `${name} and a number`,
    value === null ? "no such metric" : String(value),
    curl(site, metricsCall),
  );
}

/** Absent means one worker. */
export const workersOf = (metrics: Metrics): number => metrics.total("cache_workers") ?? 1;

/** Absent means read-your-writes. */
export const consistencyOf = (metrics: Metrics): Consistency =>
  metrics.label("cache_info", "consistency") === "bounded-staleness" ? "bounded-staleness" : "read-your-writes";

/** cache_requests_total between two readings, by "op/result". */
export function requestsBetween(before: Metrics, after: Metrics): Record<string, number> {
  return countsSince(parseServiceCounts(before.text), parseServiceCounts(after.text));
}

export function describeCounts(counts: Readonly<Record<string, number>>): string {
  const told = Object.entries(counts)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${count} ${name}`);
  return told.join(", ") || "no request";
}
