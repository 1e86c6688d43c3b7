import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings } from "../src/settings.js";

test("what is not set has the contract's default", () => {
  assert.deepEqual(readSettings({}), {
    host: "127.0.0.1",
    port: 8080,
    redisUrl: "redis://127.0.0.1:6379",
    l1MaxBytes: 67_108_864,
    l1TtlMs: 60_000,
    defaultTtlS: 300,
    maxValueBytes: 1_048_576,
    redisTimeoutMs: 250,
    invalidation: true,
  });
});

test("a wrong setting is refused by its name", () => {
  const wrong = { PORT: "eighty", L1_MAX_BYTES: "-1", DEFAULT_TTL_S: "1.5", REDIS_URL: "localhost", INVALIDATION: "yes" };
  for (const [name, value] of Object.entries(wrong))
    assert.throws(() => readSettings({ [name]: value }), new RegExp(`^Error: ${name} must be`));
});
