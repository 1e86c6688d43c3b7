import type { Check } from "../check.ts";
import { CheckFailure } from "../check.ts";
import { curl, expectStatus, keyUrl, put, request } from "../http.ts";

export const deleted: Check = {
  id: "deleted",
  title: "a key that was deleted, or never stored, is 404 and absent in Redis",
  async run(context) {
    const absent = context.newKey("absent");
    expectStatus(context, await request(context, "GET", absent), 404, "GET", absent);

    const key = context.newKey("deleted");
    await put(context, key, Buffer.from('{"here":true}'));
    expectStatus(context, await request(context, "GET", key), 200, "GET", key);
    expectStatus(context, await request(context, "DELETE", key), 204, "DELETE", key);
    expectStatus(context, await request(context, "GET", key), 404, "GET", key);
    if ((await context.redis.value(key)) !== null) {
      throw new CheckFailure("the key is still in Redis after DELETE", "no key", `cache:${key}`, curl("DELETE", keyUrl(context.origin, key)));
    }
  },
};
