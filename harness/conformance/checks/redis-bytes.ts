import type { Check } from "../check.ts";
import { expectBytes, expectStatus, put, request } from "../http.ts";

export const redisBytes: Check = {
  id: "redis-bytes",
  title: "Redis holds the raw bytes of a PUT under cache:{key}, and a value from Redis is served as it is",
  async run(context) {
    const [written, foreign] = [context.newKey("written"), context.newKey("foreign")];
    const value = Buffer.from('{ "from" : "PUT" }');
    await put(context, written, value);
    expectBytes(context, await context.redis.value(written), value, `the value of cache:${written} in Redis`, written);

    const other = Buffer.from('{ "from" : "Redis" }');
    await context.redis.loadDataSet([[foreign, other]], 60, context.signal);
    const answer = await request(context, "GET", foreign);
    expectStatus(context, answer, 200, "GET", foreign);
    expectBytes(context, answer.body, other, "the body of GET", foreign);
  },
};
