import { setTimeout as sleep } from "node:timers/promises";
import { keyPrefix } from "../../redis/admin.ts";
import { type Check, type CheckContext } from "../check.ts";
import { curl, exchange, getKey, untilInL1, wrongAnswer } from "../http.ts";
import { foreignSet, redisCli } from "../redis.ts";
import { stalenessBoundMs } from "./read-your-writes.ts";

const [oldValue, newValue] = ['"old"', '"new"'];

export const foreignWrite: Check = {
  id: "foreign-write",
  number: 7,
  title: `a foreign write over hot keys, one or many at once, is served within ${stalenessBoundMs} ms`,
  needs: "url",
  timeCritical: true,
  waivedBy: "invalidation",
  async run(context) {
    const one = await hotKeys(context, 1);
    await context.control.set(one[0] ?? "", newValue, "PX", 60_000);
    await expectAll(context, one, newValue, "SET");
    // Redis tells of what a transaction changed in one message for all keys.
    const many = await hotKeys(context, 20);
    await context.control.multi(many.map((key) => ["set", key, newValue, "PX", "60000"])).exec();
    await expectAll(context, many, newValue, "MULTI of 20 SET");
    await context.control.del(...many);
    await expectAll(context, many, null, "DEL of 20 keys");
  },
};

/** Keys of Redis that are in L1. */
async function hotKeys(context: CheckContext, count: number): Promise<string[]> {
  // What stands in braces places a key in a cluster: these are on one server, as a transaction wants it.
  const keys = Array.from({ length: count }, () => context.newKey("{hot}"));
  for (const key of keys) {
    await foreignSet(context, key, oldValue);
    await untilInL1(context, key);
  }
  return keys.map((key) => keyPrefix + key);
}

async function expectAll(context: CheckContext, keys: readonly string[], value: string | null, what: string): Promise<void> {
  await sleep(stalenessBoundMs);
  for (const key of keys) {
    const call = getKey(key.slice(keyPrefix.length));
    const answer = await exchange(context, call);
    if (value === null ? answer.status === 404 : answer.status === 200 && answer.body.equals(Buffer.from(value))) continue;
    const again = `${curl(context, call)}, twice; ${redisCli(context, `set ${key} '${newValue}'`)}; ${curl(context, call)}`;
    throw wrongAnswer(`${stalenessBoundMs} ms after a foreign ${what} the old value is served`, value ?? "404", answer, again);
  }
}
