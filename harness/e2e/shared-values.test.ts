import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stalenessBoundMs } from "../conformance/checks/read-your-writes.ts";
import { unusualJson } from "../conformance/checks/round-trip.ts";
import { deleteKey, exchange, getKey, putKey, untilInL1 } from "../conformance/http.ts";
import { resolveRedis } from "../redis/resolve.ts";
import { buildCandidate, findCandidate } from "../run/prepare.ts";
import { findImplementations } from "../store/catalogue.ts";
import { untilReady } from "../targets/readiness.ts";

const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), "cache-bench-test-"));

interface Running {
  readonly id: string;
  readonly origin: string;
  readonly invalidates: boolean;
}
const site = ({ origin }: Running) => ({ origin, signal });
const running: Running[] = [];
const started: AsyncDisposable[] = [];
const production = await Promise.all(
  findImplementations(undefined, ({ variant }) => variant === "production").map((one) => findCandidate(one)),
);
const candidates = production.flatMap((found) => (found.kind === "candidate" ? [found.candidate] : []));
const missing = production.flatMap((found) => (found.kind === "skipped" ? [`${found.status.reason}; ${found.status.cure}`] : []));

describe.skipIf(missing.length > 0)(`services in all languages (${missing.join("; ") || "their toolchains are here"})`, () => {
  beforeAll(async () => {
    const redis = await (await resolveRedis(undefined, signal)).start({ cpus: null, logFile: join(folder, "redis.log"), signal });
    started.push(redis);
    for (const candidate of candidates) {
      const { id, capabilities } = candidate.implementation.manifest;
      const at = { logFile: join(folder, `${id}.log`), signal };
      const built = await buildCandidate(candidate, at);
      if ("kind" in built) throw new Error(built.reason);
      const settings = { redisUrl: redis.url, workers: 1, l1MaxBytes: 64 * 1024 * 1024 };
      const service = await built.launchable.launch({ ...at, settings, cpus: null });
      started.push(service);
      await untilReady(service, signal);
      running.push({ id, origin: service.origin, invalidates: capabilities.invalidation });
    }
  }, 900_000);

  afterAll(async () => {
    for (const one of started.toReversed()) await one[Symbol.asyncDispose]();
  });

  test("every service reads what every other wrote, byte for byte", async () => {
    expect(running.length).toBeGreaterThan(3);
    for (const writer of running) {
      for (const [index, value] of unusualJson.map((text) => Buffer.from(text)).entries()) {
        const key = `${writer.id}/${index}`;
        expect((await exchange(site(writer), putKey(key, value))).status, `${writer.id} takes ${key}`).toBe(204);
        for (const reader of running) {
          const { status, body } = await exchange(site(reader), getKey(key));
          expect([status, body.equals(value)], `${reader.id} reads ${key}`).toEqual([200, true]);
        }
      }
    }
  });

  test("what one service writes over or deletes is seen by every other within the contract's bound", async () => {
    const others = (writer: Running): Running[] => running.filter((one) => one !== writer && one.invalidates);
    for (const writer of running) {
      for (const value of [Buffer.from('"new"'), null]) {
        // A hiccup of the machine may spoil one attempt.
        const stale = await staleReaders(writer, others(writer), value);
        const again = stale.length === 0 ? [] : await staleReaders(writer, others(writer), value);
        expect(again, `${value === null ? "DELETE" : "PUT"} by ${writer.id}`).toEqual([]);
      }
    }
  });
});

/** Those that still serve the old value once the bound is over; null: a DELETE. */
async function staleReaders(writer: Running, readers: readonly Running[], value: Buffer | null): Promise<string[]> {
  const key = `hot-${performance.now()}`;
  await exchange(site(writer), putKey(key, '"old"'));
  for (const reader of readers) expect(await untilInL1(site(reader), key), `${reader.id} has it in L1`).toBe(true);
  const write = await exchange(site(writer), value === null ? deleteKey(key) : putKey(key, value));
  expect(write.status).toBe(204);
  await sleep(stalenessBoundMs);
  const stale: string[] = [];
  for (const reader of readers) {
    const { status, body } = await exchange(site(reader), getKey(key));
    if (value === null ? status !== 404 : status !== 200 || !body.equals(value)) stale.push(`${reader.id}: ${status} ${body.toString()}`);
  }
  return stale;
}
