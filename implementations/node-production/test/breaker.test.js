import assert from "node:assert/strict";
import { test } from "node:test";
import { Breaker } from "../src/breaker.js";

test("it opens after five failures in a row, lets one call through now and then, and closes when that succeeds", () => {
  let nowMs = 0;
  const breaker = new Breaker(() => nowMs);
  for (let failure = 0; failure < 5; failure++) {
    assert.ok(breaker.allows());
    breaker.failed();
  }
  assert.ok(!breaker.allows());
  nowMs = 500;
  assert.ok(breaker.allows());
  assert.ok(!breaker.allows());
  breaker.failed();
  nowMs = 1_000;
  assert.ok(breaker.allows());
  breaker.succeeded();
  assert.ok(breaker.allows() && breaker.allows());
});

test("failures that are not in a row leave it closed", () => {
  const breaker = new Breaker(() => 0);
  for (let call = 0; call < 20; call++) {
    breaker.failed();
    if (call % 4 === 3) breaker.succeeded();
  }
  assert.ok(breaker.allows());
});
