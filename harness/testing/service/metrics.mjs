/** What the service counts of itself. */
import { fault } from "./settings.mjs";

const requests = new Map();
const durations = { cache_redis_call_duration_seconds: { count: 0, sum: 0 }, cache_request_duration_seconds: { count: 0, sum: 0 } };

/** Requests on keys so far. */
export let total = 0;

export function count(op, result, startedMs) {
  total++;
  const name = `cache_requests_total{op="${op}",result="${result}"}`;
  requests.set(name, (requests.get(name) ?? 0) + 1);
  observe("cache_request_duration_seconds", startedMs);
}

/** The outcome of a call to Redis, whose time is taken. */
export async function timed(call) {
  const startedMs = performance.now();
  try {
    return await call;
  } finally {
    observe("cache_redis_call_duration_seconds", startedMs);
  }
}

function observe(name, startedMs) {
  durations[name].count++;
  durations[name].sum += (performance.now() - startedMs) / 1_000;
}

export function render(l1s) {
  const sum = (name) => l1s.reduce((total, l1) => total + l1[name], 0);
  const consistency = l1s.length > 1 || fault("weaker-promise") ? "bounded-staleness" : "read-your-writes";
  const hits = requests.get('cache_requests_total{op="get",result="l1_hit"}') ?? 0;
  const histograms = Object.entries(durations).flatMap(([name, { count, sum }]) => [
    `${name}_bucket{le="+Inf"} ${count}`,
    `${name}_sum ${sum}`,
    `${name}_count ${count}`,
  ]);
  const lines = [
    ...[...requests].map(([name, value]) => `${name} ${value}`),
    `cache_l1_hits_total ${hits}`,
    `cache_l1_bytes ${sum("bytes")}`,
    `cache_l1_entries ${sum("size")}`,
    `cache_workers ${l1s.length}`,
    `cache_info{implementation="node-test",version="0.1.0",consistency="${consistency}"} 1`,
    ...histograms,
  ];
  return `${lines.join("\n")}\n`;
}
