import { primaries } from "../../redis/client.ts";
import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import { curl, exchange, expectStatus, getKey, putKey } from "../http.ts";
import { foreignSet } from "../redis.ts";
import { sleepUntil } from "../time.ts";

/** A value is there until this much before its end, and gone this much after, ms. */
const [earlyMs, lateMs] = [200, 250];
const value = Buffer.from('"mortal"');
const ttlMs = 2_000;

export const expiry: Check = {
  id: "expiry",
  number: 6,
  title: `a value is visible until ${earlyMs} ms before its ttl ends and 404 ${lateMs} ms after, in L1 too`,
  needs: "url",
  timeCritical: true,
  waivedBy: "ttlBoundL1",
  async run(context) {
    if (context.launch !== null && context.invalidates) {
      // Redis's own expiry sends an invalidation, which would hide an L1 that does not know the ttl.
      await using deaf = await context.launch({ extra: { INVALIDATION: "off" } });
      await Promise.all([observe(context), observe({ ...context, origin: deaf.origin })]);
    } else {
      await observe(context);
    }
  },
};

/** One key written through the service, one written by somebody else and read into L1. */
async function observe(context: CheckContext): Promise<void> {
  const keepsExpired = await stopActiveExpiry(context);
  try {
    const [own, foreign] = [context.newKey("mortal"), context.newKey("mortal")];
    const beforeMs = performance.now();
    await expectStatus(context, putKey(own, value, `?ttl=${ttlMs / 1_000}`), 204);
    await foreignSet(context, foreign, value, ttlMs);
    const afterMs = performance.now();
    await Promise.all([own, foreign].map((key) => watch(context, key, beforeMs + ttlMs - earlyMs, afterMs + ttlMs + lateMs)));
  } finally {
    if (keepsExpired) await setActiveExpire(context, "1");
  }
}

async function watch(context: CheckContext, key: string, visibleUntilMs: number, goneFromMs: number): Promise<void> {
  const call = getKey(key);
  for (;;) {
    const { status } = await exchange(context, call);
    if (performance.now() >= visibleUntilMs) break;
    if (status !== 200) throw failure(context, key, "a value is gone before its ttl ends", "200", String(status));
    await sleepUntil(Math.min(performance.now() + 200, visibleUntilMs - 20), context.signal);
  }
  await sleepUntil(goneFromMs, context.signal);
  const { status, headers } = await exchange(context, call);
  if (status !== 404) {
    const seen = `${status}, X-Cache: ${headers.get("x-cache") ?? "absent"}`;
    throw failure(context, key, `a value is served ${lateMs} ms after its ttl ended`, "404", seen);
  }
}

function failure(context: CheckContext, key: string, broke: string, expected: string, seen: string): CheckFailure {
  const again = `${curl(context, putKey(key, value, "?ttl=2"))}; sleep 1; ${curl(context, getKey(key))}; sleep 1.3; ${curl(context, getKey(key))}`;
  return new CheckFailure(broke, expected, seen, again);
}

/** Whether Redis allowed it; most do not. */
async function stopActiveExpiry(context: CheckContext): Promise<boolean> {
  return setActiveExpire(context, "0").then(
    () => true,
    () => false,
  );
}

async function setActiveExpire({ control }: CheckContext, value: "0" | "1"): Promise<void> {
  await Promise.all(primaries(control).map((node) => node.call("DEBUG", "SET-ACTIVE-EXPIRE", value)));
}
