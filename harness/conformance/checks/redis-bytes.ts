import { setTimeout as sleep } from "node:timers/promises";
import { type Check, CheckFailure } from "../check.ts";
import { curl, expectStatus, expectValue, getKey, preview, putKey } from "../http.ts";
import { foreignSet, redisCli } from "../redis.ts";

/** An absent key may be remembered for 1 s; this long after a write it is served, ms. */
const negativeMs = 1_100;

export const redisBytes: Check = {
  id: "redis-bytes",
  number: 7,
  title: `Redis holds the raw bytes of a PUT, and serves what others wrote, within ${negativeMs / 1_000} s where the key was absent before`,
  needs: "url",
  quick: true,
  async run(context) {
    const [written, foreign, negative] = [context.newKey("written"), context.newKey("foreign"), context.newKey("negative")];
    const value = Buffer.from('{ "from" : "PUT" }');
    await expectStatus(context, putKey(written, value), 204);
    const stored = await context.redis.value(written);
    if (stored === null || !stored.equals(value)) {
      const again = `${curl(context, putKey(written, value))}; ${redisCli(context, `get cache:${written}`)}`;
      throw new CheckFailure(
        "Redis does not hold the bytes of the PUT",
        preview(value),
        stored === null ? "no key" : preview(stored),
        again,
      );
    }

    const other = Buffer.from('{ "from" : "Redis" }');
    await foreignSet(context, foreign, other);
    await expectValue(context, foreign, other);

    await expectStatus(context, getKey(negative), 404);
    await foreignSet(context, negative, other);
    await sleep(negativeMs, undefined, context);
    await expectValue(context, negative, other, `${negativeMs / 1_000} s after a foreign SET, the body of GET`);
  },
};
