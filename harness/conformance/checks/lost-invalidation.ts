import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { keyPrefix } from "../../redis/admin.ts";
import { primaries, primaryOf } from "../../redis/client.ts";
import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import { curl, exchange, expectStatus, getKey, untilInL1 } from "../http.ts";
import { foreignSet, redisCli } from "../redis.ts";
import { stalenessBoundMs } from "./read-your-writes.ts";

/** Within this, tracking is on again, ms. */
const reconnectMs = 5_000;
const cuts = 3;

export const lostInvalidation: Check = {
  id: "lost-invalidation",
  number: 5,
  title: `cutting the invalidation connection leaves no stale read ${stalenessBoundMs} ms later, and it comes back`,
  needs: "redis-control",
  alone: true,
  timeCritical: true,
  waivedBy: "invalidation",
  async run(context) {
    for (let cut = 0; cut < cuts; cut++) {
      const key = context.newKey("cut");
      await foreignSet(context, key, '"old"');
      await untilInL1(context, key);
      // In one transaction, so that the message about the write is surely lost.
      const node = await primaryOf(context.control, keyPrefix + key);
      const kills = (await untilTracked(context, node)).map((id) => ["client", "kill", "id", id]);
      await node.multi([...kills, ["set", keyPrefix + key, '"new"', "px", "60000"]]).exec();
      await sleep(stalenessBoundMs);
      await expectNot(context, key, '"old"', "a write while the invalidation connection was cut is never seen");

      // What is read before tracking is on again must not be trusted either.
      const untracked = context.newKey("cut");
      await foreignSet(context, untracked, '"old"');
      const itsNode = await primaryOf(context.control, keyPrefix + untracked);
      const again = (await untilTracked(context, itsNode)).map((id) => ["client", "kill", "id", id]);
      await itsNode.multi(again).exec();
      await exchange(context, getKey(untracked));
      await foreignSet(context, untracked, '"new"');
      await sleep(stalenessBoundMs);
      await expectNot(context, untracked, '"old"', "what was read while tracking was off is trusted");
    }
    for (const node of primaries(context.control)) await untilTracked(context, node);
    const key = context.newKey("cut");
    await foreignSet(context, key, '"old"');
    await untilInL1(context, key);
    await foreignSet(context, key, '"new"');
    await sleep(stalenessBoundMs);
    await expectNot(context, key, '"old"', "after the invalidation connection was cut, foreign writes are no longer seen");
    await expectStatus(context, getKey(key), 200);
  },
};

async function expectNot(context: CheckContext, key: string, old: string, broke: string): Promise<void> {
  const call = getKey(key);
  const { body, headers } = await exchange(context, call);
  if (!body.equals(Buffer.from(old))) return;
  const kill = redisCli(context, `client list | grep -E 'flags=[A-Za-z]*t'`);
  const again = `${curl(context, call)}, twice; ${kill}; ${redisCli(context, `client kill id ID`)} and at once a SET of the key; ${curl(context, call)}`;
  throw new CheckFailure(broke, '"new"', `${old}, X-Cache: ${headers.get("x-cache") ?? "absent"}`, again);
}

/** The ids of the connections with tracking on (flag t of CLIENT LIST), as soon as there are any on this server. */
async function untilTracked(context: CheckContext, node: Redis): Promise<string[]> {
  for (const end = performance.now() + reconnectMs; performance.now() < end;) {
    const list = String(await node.client("LIST"));
    const ids = [...list.matchAll(/^id=(\d+) .*? flags=[A-Za-z]*t/gm)].map(([, id = ""]) => id);
    if (ids.length > 0) return ids;
    await sleep(20, undefined, context);
  }
  const again = redisCli(context, "client list");
  throw new CheckFailure("no connection has tracking on", `a client with flag t within ${reconnectMs / 1000} s`, "none", again);
}
