import { type Check, CheckFailure } from "../check.ts";
import { curl, expectStatus, keyUrl, request } from "../http.ts";

const bodies = ["", "{", "nope", "NaN", "[1,]", "{'a':1}", '{"a":1} x', "\ufeff{}", '"\u0001"'].map((text) => Buffer.from(text)).concat(Buffer.from([0x22, 0xff, 0x22]));

export const notJson: Check = {
  id: "not-json",
  title: "a body that is not JSON is 400 and nothing is stored",
  async run(context) {
    for (const body of bodies) {
      const key = context.newKey("not-json");
      expectStatus(context, await request(context, "PUT", key, body), 400, "PUT", key, body);
      const stored = await context.redis.value(key);
      if (stored !== null) {
        throw new CheckFailure("a refused body was stored", "no key in Redis", `cache:${key}, ${stored.length} bytes`, curl("PUT", keyUrl(context.origin, key), body));
      }
    }
  },
};
