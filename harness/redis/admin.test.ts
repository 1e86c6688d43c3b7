import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { keyPrefix, RedisAdmin } from "./admin.ts";
import { resolveRedis } from "./resolve.ts";

const { signal } = new AbortController();

test("a data set of several batches is stored byte for byte, each value with its life", async () => {
  const source = await resolveRedis(undefined, signal);
  const logFile = join(mkdtempSync(join(tmpdir(), "cache-bench-test-")), "redis.log");
  await using redis = await source.start({ cpus: null, logFile, signal });
  await using admin = await RedisAdmin.connect(redis.url);
  const values = Array.from({ length: 1_234 }, (_, index) => Buffer.from([index >> 8, index & 255, 0, 0xff, 13, 10]));
  await admin.loadDataSet(
    values.map((value, index) => [`key-${index}`, value]),
    60,
    signal,
  );
  expect(await admin.keyCount()).toBe(values.length);
  const client = new Redis(redis.url);
  for (const index of [0, 499, 500, 1_233]) {
    expect(await admin.value(`key-${index}`)).toEqual(values[index]);
    const lifeS = await client.ttl(`${keyPrefix}key-${index}`);
    expect(lifeS).toBeGreaterThan(0);
    expect(lifeS).toBeLessThanOrEqual(60);
  }
  client.disconnect();
});
