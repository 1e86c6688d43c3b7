/** What the service counts of itself. */
import { Counter, Gauge, Histogram, register } from "prom-client";

const buckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export const redisDuration = new Histogram({ name: "cache_redis_call_duration_seconds", help: "Calls to Redis", buckets });
const requestDuration = new Histogram({ name: "cache_request_duration_seconds", help: "Requests on keys", buckets });
const requests = new Counter({ name: "cache_requests_total", help: "Requests on keys", labelNames: ["op", "result"] });
const l1Hits = new Counter({ name: "cache_l1_hits_total", help: "Reads answered from L1" });

export function count(op, result, startedMs) {
  requests.inc({ op, result });
  if (result === "l1_hit") l1Hits.inc();
  requestDuration.observe((performance.now() - startedMs) / 1_000);
}

export function describe(l1, version) {
  gauge("cache_l1_bytes", "Keys and values in L1", () => l1.bytes);
  gauge("cache_l1_entries", "Entries of L1", () => l1.entries);
  gauge("cache_workers", "Processes that serve", () => 1);
  const info = { implementation: "node-production", version, consistency: "read-your-writes" };
  new Gauge({ name: "cache_info", help: "What this is", labelNames: Object.keys(info) }).set(info, 1);
}

function gauge(name, help, read) {
  new Gauge({
    name,
    help,
    collect() {
      this.set(read());
    },
  });
}

export const contentType = register.contentType;
export const render = () => register.metrics();
