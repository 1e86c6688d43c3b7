import { setTimeout as sleep } from "node:timers/promises";
import { type Check, CheckFailure } from "../check.ts";
import { type Call, curl, deleteKey, exchange, getKey, headKey, pathOf, putKey, wrongAnswer } from "../http.ts";
import { describeCounts, metricsCall, readMetrics, requestsBetween, requireTotal } from "../metrics.ts";

const gauges = ["cache_l1_bytes", "cache_l1_entries", "cache_info"];
const histograms = ["cache_redis_call_duration_seconds", "cache_request_duration_seconds"];

/** A request may be counted just after its answer went out, ms. */
const settleMs = 1_000;

export const counted: Check = {
  id: "metrics",
  number: 15,
  title: "every request on a key with an allowed method is counted once, by what came of it",
  needs: "url",
  quick: true,
  alone: true,
  async run(context) {
    const before = await readMetrics(context);
    const [key, other, absent] = [context.newKey("counted"), context.newKey("counted"), context.newKey("absent")];
    const calls: readonly Call[] = [
      ...repeat(2, putKey(key, "1")),
      putKey(other, "1"),
      putKey(context.newKey("counted"), "1", "?ttl=no"),
      putKey(context.newKey("counted"), "no JSON"),
      { method: "PUT", target: pathOf(context.newKey("counted")), headers: { "Content-Length": "10000000000" } },
      ...repeat(5, getKey(key)),
      ...repeat(2, headKey(key)),
      ...repeat(4, getKey(absent)),
      getKey("k".repeat(251)),
      deleteKey(key),
      deleteKey(other),
      // Not counted: other routes, other methods.
      { method: "GET", target: "/livez" },
      { method: "GET", target: "/v1/cache/" },
      { method: "POST", target: getKey(key).target },
    ];
    for (const call of calls) {
      const answer = await exchange(context, call);
      if (answer.status === 503) throw wrongAnswer(`${call.method} is refused`, "no 503", answer, curl(context, call));
    }

    const wanted: Readonly<Record<string, number>> = {
      "put/ok": 3,
      "put/invalid": 2,
      "put/too_large": 1,
      "get/hit": 7,
      "get/miss": 4,
      "get/invalid": 1,
      "delete/ok": 2,
    };
    let seen: Record<string, number> = {};
    for (const end = performance.now() + settleMs; ; await sleep(50)) {
      const after = await readMetrics(context);
      const { "get/l1_hit": l1 = 0, "get/l2_hit": l2 = 0, ...rest } = requestsBetween(before, after);
      seen = { ...rest, "get/hit": l1 + l2 };
      const l1Hits = requireTotal(context, after, "cache_l1_hits_total") - requireTotal(context, before, "cache_l1_hits_total");
      if (l1Hits !== l1) seen = { ...seen, "cache_l1_hits_total without l1_hit": l1Hits - l1 };
      if (describeCounts(seen) === describeCounts(wanted)) break;
      if (performance.now() > end)
        throw new CheckFailure(
          "cache_requests_total is not what was sent",
          describeCounts(wanted),
          describeCounts(seen),
          curl(context, metricsCall),
        );
    }
    const after = await readMetrics(context);
    for (const name of [...gauges, ...histograms.flatMap((name) => [`${name}_sum`, `${name}_count`, `${name}_bucket`])])
      requireTotal(context, after, name);
  },
};

const repeat = (times: number, call: Call): Call[] => Array.from({ length: times }, () => call);
