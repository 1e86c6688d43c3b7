import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Manifest, manifestSchema } from "../core/implementation.ts";
import { packageRoot } from "../paths.ts";
import { whilePaused } from "./redis.ts";
import { keyPrefix } from "../redis/admin.ts";
import { connectRedis } from "../redis/client.ts";
import { resolveRedis } from "../redis/resolve.ts";
import type { RedisServer } from "../redis/source.ts";
import { processTarget } from "../targets/process.ts";
import { untilReady } from "../targets/readiness.ts";
import type { Launchable } from "../targets/service.ts";
import { type Check, CheckFailure, type CheckResult } from "./check.ts";
import { wrongAnswer } from "./http.ts";
import { checkLaunched } from "./launched.ts";
import { checks, runChecks } from "./suite.ts";

const source = join(packageRoot, "harness", "testing", "service");
const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(source, "implementation.json"), "utf8")));
const { signal } = new AbortController();
let folder: string;
let redis: RedisServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cache-bench-conformance-"));
  redis = await startRedis("all");
});

afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function startRedis(name: string): Promise<RedisServer> {
  const source = await resolveRedis(undefined, signal);
  return source.start({ cpus: null, logFile: join(folder, `${name}.redis.log`), signal });
}

/** The test service, broken in the way named. */
function serviceWith(fault: string): Launchable {
  const command = ["env", `FAULT=${fault}`, ...manifest.run.command];
  const resolve = (argument: string): string => argument.replace("{source}", source);
  return processTarget(
    { ...manifest, run: { command } },
    { resolve, folder: source, artifactBytes: 0, buildS: 0, fromScratch: true, otherBuildS: null },
  );
}

async function verify(
  fault: string,
  chosen: readonly Check[],
  capabilities: Manifest["capabilities"] = manifest.capabilities,
  redisUrl = redis.url,
): Promise<readonly CheckResult[]> {
  const at = { launchable: serviceWith(fault), redisUrl, logFile: join(folder, `${fault}.log`), signal };
  return checkLaunched({ ...at, capabilities, consistency: manifest.consistency }, chosen);
}

const failures = (results: readonly CheckResult[]) => results.filter(({ outcome }) => outcome === "failed");

test("a service that keeps the contract passes every check", async () => {
  const results = await verify("none", checks);
  expect(failures(results)).toEqual([]);
  expect(results.map(({ id, outcome }) => [id, outcome])).toEqual(checks.map(({ id }) => [id, "passed"]));
});

/** Each fault, and the one check that it breaks. */
const faults: readonly (readonly [fault: string, check: string])[] = [
  ["charset", "round-trip"],
  ["trims", "round-trip"],
  ["delete-404", "deleted"],
  ["stale-connection", "read-your-writes"],
  ["weaker-promise", "read-your-writes"],
  ["deaf-worker", "several-workers"],
  ["no-guard", "fresh-elsewhere"],
  ["trusts-after-cut", "lost-invalidation"],
  ["no-jitter", "ttl"],
  ["lenient-ttl", "ttl"],
  ["endless-ttl", "ttl"],
  ["l1-outlives", "expiry"],
  ["marks-values", "redis-bytes"],
  ["long-negative", "redis-bytes"],
  ["ignores-many-keys", "foreign-write"],
  ["decodes-twice", "keys"],
  ["takes-nan", "not-json"],
  ["no-chunked-limit", "size-limit"],
  ["unbounded-l1", "l1-bound"],
  ["checks-hits", "l1-real"],
  ["claims-l1", "l1-real"],
  ["no-single-flight", "single-flight"],
  ["no-timeout", "redis-away"],
  ["always-ready", "redis-away"],
  ["counts-no-503", "redis-away"],
  ["counts-no-head", "metrics"],
  ["counts-no-413", "metrics"],
  ["frozen-date", "not-frozen"],
  ["drops-at-sigterm", "sigterm"],
  ["parallel-pipeline", "connections"],
  ["no-allow", "methods"],
  ["plain-errors", "problems"],
  ["few-at-once", "slow-clients"],
];

test("every check has a fault that it finds", () => {
  expect(new Set(faults.map(([, check]) => check))).toEqual(new Set(checks.map(({ id }) => id)));
});

// The checks that run alone take up to ten seconds each: of them, only the one that the fault breaks.
// They mostly wait: several side by side, each on a Redis of its own.
test.concurrent.each(faults)("the fault %s fails the check %s and no other", async (fault, expected) => {
  await using own = await startRedis(fault);
  const chosen = checks.filter(({ id, alone }) => id === expected || !alone);
  const results = await verify(fault, chosen, manifest.capabilities, own.url);
  const finding = {
    id: expected,
    broke: expect.stringMatching(/./),
    expected: expect.stringMatching(/./),
    seen: expect.stringMatching(/./),
    reproduce: expect.stringMatching(/curl|redis-cli|nc |kill/),
  };
  expect(failures(results)).toEqual([expect.objectContaining(finding)]);
});

/** What is asked of the running service itself. */
const withoutLaunch = checks.filter(({ needs }) => needs !== "launch");

test.each([
  ["none", withoutLaunch, []],
  ["cold-worker", withoutLaunch.filter(({ id }) => id === "l1-real"), ["l1-real"]],
  ["checks-hits", withoutLaunch.filter(({ id }) => id === "l1-real"), ["l1-real"]],
] as const)("of a running service of two workers with an L1 each, the fault %s fails what it should", async (fault, chosen, expected) => {
  await using service = await serviceWith(fault).launch({
    settings: { redisUrl: redis.url, workers: 2, l1MaxBytes: 67_108_864 },
    cpus: null,
    logFile: join(folder, `two-${fault}.log`),
    signal,
  });
  await untilReady(service, signal);
  const { capabilities } = manifest;
  const results = await runChecks({ origin: service.origin, redisUrl: redis.url, capabilities, launch: null }, chosen, signal);
  expect(failures(results).map(({ id }) => id)).toEqual(expected);
});

test("what a manifest declares to be absent is waived, by the declaration, and never passed", async () => {
  const capabilities = { ...manifest.capabilities, invalidation: false };
  const results = await verify(
    "ignores-many-keys",
    checks.filter(({ waivedBy }) => waivedBy === "invalidation"),
    capabilities,
  );
  const waived = { outcome: "waived", declaration: "the manifest declares invalidation: false" };
  expect(results).toEqual(
    ["fresh-elsewhere", "lost-invalidation", "foreign-write"].map((id) => expect.objectContaining({ id, ...waived })),
  );
});

test("a running service is checked by its URL, and what needs a launch is listed as not done", async () => {
  await using service = await serviceWith("none").launch({
    settings: { redisUrl: redis.url, workers: 1, l1MaxBytes: 1_048_576 },
    cpus: null,
    logFile: join(folder, "url.log"),
    signal,
  });
  await untilReady(service, signal);
  const chosen = checks.filter(({ id }) => ["fresh-elsewhere", "expiry", "keys", "l1-bound", "sigterm"].includes(id));
  const results = await runChecks({ origin: service.origin, redisUrl: redis.url, capabilities: null, launch: null }, chosen, signal);
  const outcomes = Object.fromEntries(results.map(({ id, outcome }) => [id, outcome]));
  expect(outcomes).toEqual({ "fresh-elsewhere": "passed", expiry: "passed", keys: "passed", "l1-bound": "skipped", sigterm: "skipped" });
});

test.each([
  [
    "a late 503, which a hiccup of the machine explains, is tried once more, and the result tells",
    { status: 503, tookMs: 250 },
    ["passed", "GET gives a wrong answer; seen 503"],
  ],
  ["a 503 at once is not", { status: 503, tookMs: 100 }, ["failed", undefined]],
  ["another wrong answer is not", { status: 500, tookMs: 250 }, ["failed", undefined]],
])("a check that met %s", async (_what, met, expected) => {
  let attempts = 0;
  const answer = { ...met, headers: new Map<string, string>(), body: Buffer.alloc(0) };
  const once: Check = {
    id: "once",
    number: 0,
    title: "fails once",
    needs: "url",
    run: async () => {
      if (attempts++ === 0) throw wrongAnswer("GET gives a wrong answer", "200", answer, "curl");
    },
  };
  const [result] = await verify("none", [once]);
  expect([result?.outcome, result?.outcome === "passed" ? result.flaky : undefined]).toEqual(expected);
});

test("a check that fails in the middle of a pause leaves Redis unpaused, and no key behind", async () => {
  const control = await connectRedis(redis.url);
  await control.flushall();
  const held = await connectRedis(redis.url);
  let answered = false;
  const failing: Check = {
    id: "fails",
    number: 0,
    title: "fails while Redis is paused",
    needs: "redis-control",
    run: async (context) => {
      await control.set(keyPrefix + context.newKey("left"), "1");
      await whilePaused(context, 500, async () => {
        void held.ping().then(() => (answered = true));
        throw new CheckFailure("broken", "", "", "");
      });
    },
  };
  const [result] = await verify("none", [failing]);
  expect(result?.outcome).toBe("failed");
  expect(answered).toBe(true);
  expect(await control.keys("*")).toEqual([]);
  held.disconnect();
  control.disconnect();
});
