import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { absent, L1 } from "../src/l1.js";

test("the bytes of keys and values stay below the bound, and the least recently used goes first", () => {
  const l1 = new L1(100);
  for (const key of ["a", "b", "c"]) l1.set(key, "x".repeat(30), 60_000);
  l1.get("a");
  l1.set("d", "x".repeat(30), 60_000);
  assert.deepEqual(
    ["a", "b", "c", "d"].map((key) => l1.get(key) !== undefined),
    [true, false, true, true],
  );
  assert.equal(l1.bytes, 93);
});

test("a value longer than the bound is not kept", () => {
  const l1 = new L1(10);
  l1.set("a", "x".repeat(20), 60_000);
  assert.equal(l1.entries, 0);
});

test("an entry ends with its life, and one whose life is over is not kept", async () => {
  const l1 = new L1(100);
  l1.set("a", "1", 20);
  l1.set("b", "1", -5);
  assert.equal(l1.get("a"), "1");
  assert.equal(l1.get("b"), undefined);
  await sleep(40);
  assert.equal(l1.get("a"), undefined);
});

test("an absence is known until it ends", () => {
  const l1 = new L1(100);
  l1.set("a", absent, 1_000);
  assert.equal(l1.get("a"), absent);
  l1.delete("a");
  assert.equal(l1.get("a"), undefined);
});
