import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import { curl, exchange, expectHeader, expectStatus, getKey, untilInL1, wrongAnswer } from "../http.ts";
import { readMetrics, workersOf } from "../metrics.ts";
import { Connection } from "../raw-http.ts";
import { countReads, foreignSet, redisCli } from "../redis.ts";

const [hotKeys, requests, connectionCount] = [100, 10_000, 8];
const maxReads = 100;
/** Commands by which a worker fills its L1: for the bytes of a value and for its end. */
const readsPerFill = 2;
const value = Buffer.from('"hot"');

export const l1Real: Check = {
  id: "l1-real",
  number: 12,
  title: `${requests} GETs of hot keys cost Redis fewer than ${maxReads} reads beside the first of every further worker, and X-Cache tells the truth`,
  needs: "url",
  alone: true,
  async run(context) {
    const workers = workersOf(await readMetrics(context));
    // The keys are made hot in the worker behind one connection; every other one has yet to read them, and X-Cache tells when.
    const maxFills = (workers - 1) * hotKeys;
    using connection = await Connection.open(context.origin, context.signal);
    const keys = Array.from({ length: hotKeys }, () => context.newKey("hot"));
    for (const key of keys) {
      await foreignSet(context, key, value);
      const first = await expectStatus(context, getKey(key), 200);
      expectHeader(context, getKey(key), first, "X-Cache", "L2");
      if (await untilInL1(context, key, connection)) continue;
      throw new CheckFailure(
        "a key that is read again and again never comes from L1",
        "X-Cache: L1",
        "20 answers without it",
        curl(context, getKey(key)),
      );
    }
    const before = await countReads(context.redis, "any");
    const fromL2 = await readAll(context, keys);
    const reads = (await countReads(context.redis, "any")) - before;
    const bound = maxReads + readsPerFill * Math.min(fromL2, maxFills);

    const again = `${redisCli(context, "info commandstats")}; ${curl(context, getKey(keys[0] ?? ""))} ${requests} times; ${redisCli(context, "info commandstats")}`;
    if (reads >= bound) throw new CheckFailure("hot keys are read from Redis", `fewer than ${bound} reads`, `${reads} reads`, again);
    if (fromL2 > Math.max(reads, maxReads + maxFills))
      throw new CheckFailure("X-Cache says L2 where Redis was not asked", `at most ${reads}`, `${fromL2} answers`, again);
  },
};

/** Sends all requests; the number of answers that say L2. */
async function readAll(context: CheckContext, keys: readonly string[]): Promise<number> {
  let [next, fromL2] = [0, 0];
  const work = async (): Promise<void> => {
    using connection = await Connection.open(context.origin, context.signal);
    while (next < requests) {
      const call = getKey(keys[next++ % keys.length] ?? "");
      const answer = await exchange(context, call, connection);
      if (answer.status !== 200 || !answer.body.equals(value))
        throw wrongAnswer("a hot key gives a wrong answer", "200 and its value", answer, curl(context, call));
      if (answer.headers.get("x-cache") !== "L1") fromL2++;
    }
  };
  await Promise.all(Array.from({ length: connectionCount }, work));
  return fromL2;
}
