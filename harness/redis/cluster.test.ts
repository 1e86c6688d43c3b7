import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cluster } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RedisAdmin } from "./admin.ts";
import { connectRedis, nodeUrls, primaries, primaryOf } from "./client.ts";
import { resolveRedis } from "./resolve.ts";
import type { RedisServer } from "./source.ts";

const { signal } = new AbortController();
const keys = Array.from({ length: 300 }, (_, index) => `key-${index}`);
let redis: RedisServer;

beforeAll(async () => {
  const source = await resolveRedis("cluster", signal);
  redis = await source.start({ cpus: null, logFile: join(mkdtempSync(join(tmpdir(), "cache-bench-test-")), "redis.log"), signal });
});
afterAll(() => redis[Symbol.asyncDispose]());

test("a cluster of three primaries takes writes and reads of any key, each on the server that holds it", async () => {
  const client = await connectRedis(redis.url);
  expect(client).toBeInstanceOf(Cluster);
  expect(primaries(client)).toHaveLength(3);
  await Promise.all(keys.map((key) => client.set(key, `value of ${key}`)));
  expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys.map((key) => `value of ${key}`));
  const sizes = await Promise.all(primaries(client).map((node) => node.dbsize()));
  expect(sizes.reduce((total, size) => total + size)).toBe(keys.length);
  for (const size of sizes) expect(size).toBeGreaterThan(0);
  for (const key of keys.slice(0, 10)) expect(await (await primaryOf(client, key)).get(key)).toBe(`value of ${key}`);
  await Promise.all(keys.map((key) => client.unlink(key)));
  client.disconnect();
});

test("the harness's own work reaches every server of a cluster, and its counts are of all", async () => {
  await using admin = await RedisAdmin.connect(redis.url);
  const before = await admin.calls();
  await admin.loadDataSet(
    keys.map((key) => [key, Buffer.from("1")]),
    60,
    signal,
  );
  expect(await admin.keyCount()).toBe(keys.length);
  expect(((await admin.calls())["set"] ?? 0) - (before["set"] ?? 0)).toBe(keys.length);
  expect(await admin.value("key-7")).toEqual(Buffer.from("1"));
  expect(await admin.cpuS()).toBeGreaterThan(0);
  await admin.removeCacheKeys();
  expect(await admin.keyCount()).toBe(0);
});

test("a cluster that runs already is used by its URL, only when empty, and cleared of our keys afterwards", async () => {
  const source = await resolveRedis(redis.url, signal);
  const start = { cpus: null, logFile: "", signal };
  await using admin = await RedisAdmin.connect(redis.url);
  {
    await using _server = await source.start(start);
    await admin.loadDataSet([["left", Buffer.from("1")]], 60, signal);
  }
  expect(await admin.keyCount()).toBe(0);
  await admin.loadDataSet([["theirs", Buffer.from("1")]], 60, signal);
  await expect(source.start(start)).rejects.toThrow("holds 1 keys and is never flushed");
  await admin.removeCacheKeys();
});

test("a cluster's servers end with their scope", async () => {
  const source = await resolveRedis("cluster", signal);
  const folder = mkdtempSync(join(tmpdir(), "cache-bench-test-"));
  const other = await source.start({ cpus: null, logFile: join(folder, "redis.log"), signal });
  await other[Symbol.asyncDispose]();
  for (const url of nodeUrls(other.url)) await expect(connectRedis(url)).rejects.toThrow("Connection is closed");
});
