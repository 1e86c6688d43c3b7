import { setTimeout as sleep } from "node:timers/promises";
import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import {
  type Call,
  curl,
  deleteKey,
  exchange,
  expectHeader,
  expectStatus,
  expectValue,
  getKey,
  judgeStatus,
  putKey,
  redisTimeoutMs,
  untilInL1,
} from "../http.ts";
import { describeCounts, type Metrics, metricsCall, readMetrics, requestsBetween } from "../metrics.ts";
import { foreignSet, redisCli, whilePaused } from "../redis.ts";
import { Connection } from "../raw-http.ts";
import { sleepUntil } from "../time.ts";

/** What a refusal may take beyond the service's limit for Redis. */
const graceMs = 150;
/** Long enough for a missed ping or two. */
const pauseMs = 2_500;
const recoverMs = 2_000;
/** After the begin of the pause, ms. */
const [misses, puts] = [
  [50, 800, 1_500],
  [50, 800],
] as const;
const [oldValue, newValue] = [Buffer.from('"old"'), Buffer.from('"new"')];

export const redisAway: Check = {
  id: "redis-away",
  number: 14,
  title: "while Redis is paused hits are 200, the rest is 503 in time and counted so, livez 200, readyz 503; 2 s later all is well",
  needs: "redis-control",
  alone: true,
  timeCritical: true,
  async run(context) {
    const before = await readMetrics(context);
    const [hot, overwritten, absent] = [context.newKey("hot"), context.newKey("overwritten"), context.newKey("absent")];
    await foreignSet(context, hot, oldValue);
    // Kept: only the worker behind it surely has the key in its L1.
    using connection = await Connection.open(context.origin, context.signal);
    await untilInL1(context, hot, connection);
    await whilePaused(context, pauseMs, async () => {
      const startedMs = performance.now();
      const at = (ms: number, work: () => Promise<unknown>): Promise<unknown> => sleepUntil(startedMs + ms, context.signal).then(work);
      await Promise.all([
        (async () => {
          for (const ms of [0, 1_000, pauseMs - 300])
            await at(ms, () => expectPaused(context, getKey(hot), 200, "GET of a key in L1", connection));
        })(),
        ...[0, 1_500].map((ms) => at(ms, () => expectPaused(context, { method: "GET", target: "/livez" }, 200, "livez"))),
        ...[800, 1_500].map((ms) => at(ms, () => expectPaused(context, { method: "GET", target: "/readyz" }, 503, "readyz"))),
        ...misses.map((ms) => at(ms, () => expectUnavailable(context, getKey(context.newKey("miss")), "GET of a key that is not in L1"))),
        ...puts.map((ms) => at(ms, () => expectUnavailable(context, putKey(context.newKey("put"), oldValue), "PUT"))),
        at(300, () => expectUnavailable(context, deleteKey(context.newKey("delete")), "DELETE")),
        at(pauseMs - 600, () => expectUnavailable(context, putKey(overwritten, oldValue), "PUT")),
      ]);
    });
    const backMs = performance.now();
    // A 503 to PUT means that it may still happen: but never after a newer one.
    const overwrite = putKey(overwritten, newValue);
    let refused = 0;
    for (let status = 0; status !== 204 && performance.now() < backMs + recoverMs; await sleep(50)) {
      ({ status } = await exchange(context, overwrite));
      if (status === 503) refused++;
    }
    await foreignSet(context, absent, newValue);
    if (context.invalidates) await foreignSet(context, hot, newValue);
    await sleepUntil(backMs + recoverMs, context.signal);
    await expectStatus(context, { method: "GET", target: "/readyz" }, 200, "2 s after Redis is back, readyz");
    await expectStatus(context, overwrite, 204, "2 s after Redis is back, PUT");
    await expectValue(context, overwritten, newValue, "2 s after Redis is back, the body of GET");
    await expectValue(context, absent, newValue, "2 s after Redis is back, the body of GET");
    await expectValue(context, hot, context.invalidates ? newValue : oldValue, "2 s after Redis is back, the body of GET");
    const unavailable = { "get/unavailable": misses.length, "put/unavailable": puts.length + 1 + refused, "delete/unavailable": 1 };
    await expectCounted(context, before, unavailable);
  },
};

async function expectPaused(context: CheckContext, call: Call, status: number, what: string, kept?: Connection): Promise<void> {
  judgeStatus(context, call, await exchange(context, call, kept), status, `while Redis is paused, ${what}`);
}

async function expectUnavailable(context: CheckContext, call: Call, what: string): Promise<void> {
  const sentMs = performance.now();
  const answer = await expectStatus(context, call, 503, `while Redis is paused, ${what}`);
  const tookMs = Math.round(performance.now() - sentMs);
  const again = `${redisCli(context, `client pause ${pauseMs} all`)}; time ${curl(context, call)}`;
  if (tookMs > redisTimeoutMs + graceMs) {
    throw new CheckFailure(
      `while Redis is paused, ${what} is refused too late`,
      `within ${redisTimeoutMs + graceMs} ms`,
      `${tookMs} ms`,
      again,
    );
  }
  if (!/^\d+$/.test(answer.headers.get("retry-after") ?? "")) {
    throw new CheckFailure(
      `a 503 to ${what} has no Retry-After`,
      "Retry-After: SECONDS",
      answer.headers.get("retry-after") ?? "no Retry-After",
      again,
    );
  }
  expectHeader(context, call, answer, "Content-Type", "application/problem+json");
}

/** What else the check asks for. */
const served: ReadonlySet<string> = new Set(["get/l1_hit", "get/l2_hit", "put/ok"]);

/** Each request that was refused is counted once, as unavailable and as nothing else. */
async function expectCounted(context: CheckContext, before: Metrics, wanted: Readonly<Record<string, number>>): Promise<void> {
  const since = Object.entries(requestsBetween(before, await readMetrics(context))).filter(([name]) => !served.has(name));
  const [expected, seen] = [describeCounts(wanted), describeCounts(Object.fromEntries(since))];
  if (seen === expected) return;
  throw new CheckFailure("cache_requests_total is not what was refused while Redis was paused", expected, seen, curl(context, metricsCall));
}
