import { keyPrefix } from "../../redis/admin.ts";
import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import { type Call, curl, expectStatus, putKey } from "../http.ts";
import { redisCli } from "../redis.ts";

/** In milliseconds and added to the date it fits the 64 bits that Redis keeps. */
const maxS = 9_000_000_000_000_000;

/** Queries that are no whole number from 1 to the maximum. */
const refused = [
  `?ttl=${maxS + 1}`,
  "?ttl=0",
  "?ttl=-1",
  "?ttl=1.5",
  "?ttl=1e3",
  "?ttl=abc",
  "?ttl=",
  "?ttl",
  "?ttl=%2B5",
  "?ttl=5s",
  "?ttl=5&ttl=5",
];

/** DEFAULT_TTL_S when it is not set, +-10 %. */
const [defaultFromMs, defaultToMs] = [270_000, 330_000];

/** Time between Redis's acknowledgement and our look at it, ms. */
const lookMs = 2_000;

export const ttl: Check = {
  id: "ttl",
  number: 6,
  title: "ttl is taken exactly or refused, and without it the life is DEFAULT_TTL_S +-10 %",
  needs: "url",
  quick: true,
  async run(context) {
    for (const query of refused) await expectStatus(context, putKey(context.newKey("ttl"), "1", query), 400, `PUT with ${query}`);

    for (const seconds of [1, 37, 86_400, maxS]) {
      const call = putKey(context.newKey("ttl"), "1", `?ttl=${seconds}`);
      await expectLife(context, call, seconds * 1_000 - lookMs, seconds * 1_000);
    }
    const lives = await Promise.all(
      Array.from({ length: 20 }, () => expectLife(context, putKey(context.newKey("ttl"), "1"), defaultFromMs - lookMs, defaultToMs)),
    );
    const spreadMs = Math.max(...lives) - Math.min(...lives);
    if (spreadMs < lookMs) {
      const again = `${curl(context, putKey("ttl-1", Buffer.from("1")))}, some keys, then ${redisCli(context, "pttl cache:ttl-1")} of each`;
      throw new CheckFailure("the default ttl has no jitter", "lives that differ by some 10 %", `20 lives within ${spreadMs} ms`, again);
    }
  },
};

/** Stores, and fails unless Redis will keep the key about so long; the life, ms. */
async function expectLife(context: CheckContext, call: Call, fromMs: number, toMs: number): Promise<number> {
  await expectStatus(context, call, 204);
  const key = keyPrefix + decodeURIComponent(call.target.split("?")[0]?.split("/").at(-1) ?? "");
  const lifeMs = await context.control.pttl(key);
  // A ttl of one second may be over before a slow machine looks: then the key is gone (-2).
  if ((lifeMs >= fromMs && lifeMs <= toMs) || (lifeMs === -2 && fromMs < 0)) return lifeMs;
  const expected = `${Math.max(fromMs, 0) / 1000} to ${toMs / 1000} s`;
  const again = `${curl(context, call)}; ${redisCli(context, `pttl ${key}`)}`;
  throw new CheckFailure("the key has the wrong life in Redis", expected, lifeMs < 0 ? `PTTL ${lifeMs}` : `${lifeMs / 1000} s`, again);
}
