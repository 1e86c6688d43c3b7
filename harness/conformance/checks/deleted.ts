import { setTimeout as sleep } from "node:timers/promises";
import { type Check, CheckFailure } from "../check.ts";
import { curl, deleteKey, expectStatus, expectValue, getKey, headKey, putKey } from "../http.ts";
import { redisCli } from "../redis.ts";
import { stalenessBoundMs } from "./read-your-writes.ts";

export const deleted: Check = {
  id: "deleted",
  number: 2,
  title: "DELETE is 204, present or not; then the key is 404 and absent in Redis",
  needs: "url",
  quick: true,
  async run(context) {
    const absent = context.newKey("absent");
    await expectStatus(context, getKey(absent), 404);
    await expectStatus(context, deleteKey(absent), 204, "DELETE of an absent key");

    const [key, value] = [context.newKey("deleted"), Buffer.from('{"here":true}')];
    await expectStatus(context, putKey(key, value), 204);
    await expectValue(context, key, value);
    await expectStatus(context, deleteKey(key), 204);
    if (context.consistency === "bounded-staleness") await sleep(stalenessBoundMs);
    await expectStatus(context, getKey(key), 404, "GET after DELETE");
    await expectStatus(context, headKey(key), 404, "HEAD after DELETE");
    if ((await context.redis.value(key)) !== null) {
      const again = `${curl(context, deleteKey(key))}; ${redisCli(context, `get cache:${key}`)}`;
      throw new CheckFailure("the key is still in Redis after DELETE", "no key", `cache:${key}`, again);
    }
  },
};
