import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { delayed } from "./delay.ts";
import { resolveRedis } from "./resolve.ts";

const delayMs = 20;
const signal = new AbortController().signal;
let folder = "";
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "delay-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function pair() {
  const stack = new AsyncDisposableStack();
  const start = { cpus: null, logFile: join(folder, "redis.log"), signal };
  const server = stack.use(await (await resolveRedis(undefined, signal)).start(start));
  const behind = stack.use(await delayed(server, delayMs, start));
  const redis = new Redis(behind.url);
  stack.defer(() => redis.disconnect());
  return { server, behind, redis, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("no reply comes before its time, and pipelined replies keep order and bytes", async () => {
  await using there = await pair();
  await there.redis.ping();
  for (let call = 0; call < 20; call++) {
    const before = performance.now();
    await there.redis.ping();
    expect(performance.now() - before).toBeGreaterThanOrEqual(delayMs);
  }
  const large = Buffer.alloc(300_000, "z");
  await there.redis.set("large", large);
  const pipeline = there.redis.pipeline();
  for (let call = 0; call < 100; call++) pipeline.set(`key-${call}`, call).get(`key-${call}`).getBuffer("large");
  const replies = (await pipeline.exec()) ?? [];
  expect(replies.filter((_, place) => place % 3 === 1).map(([, value]) => value)).toEqual(
    Array.from({ length: 100 }, (_, call) => String(call)),
  );
  expect(replies.filter((_, place) => place % 3 === 2).every(([, value]) => large.equals(value as Buffer))).toBe(true);
});

test("when Redis goes, its clients see it go", async () => {
  await using there = await pair();
  await there.redis.ping();
  const closed = new Promise<string>((resolve) => there.redis.once("close", () => resolve("closed")));
  await there.server[Symbol.asyncDispose]();
  expect(await closed).toBe("closed");
});
