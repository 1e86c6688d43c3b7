import assert from "node:assert/strict";
import { test } from "node:test";
import { Cache } from "../src/cache.js";
import { absent } from "../src/l1.js";

const settings = { l1MaxBytes: 1_000, l1TtlMs: 60_000, invalidation: true };

/** A store whose answers are given by hand. */
class FakeStore {
  asked = [];

  read(key) {
    return new Promise((resolve, reject) =>
      this.asked.push({ key, answer: (value, lifeMs = 60_000) => resolve({ value, lifeMs }), reject }),
    );
  }

  write() {
    return new Promise((resolve, reject) => this.asked.push({ resolve, reject }));
  }

  remove = this.write;
}

function trustedCache() {
  const store = new FakeStore();
  const cache = new Cache(store, settings);
  cache.trust(true);
  return { store, cache };
}

test("reads of a key that is under way join it, and its value is kept", async () => {
  const { store, cache } = trustedCache();
  const reads = [cache.fetch("k"), cache.fetch("k")];
  store.asked[0].answer("1");
  assert.deepEqual(await Promise.all(reads), ["1", "1"]);
  assert.equal(store.asked.length, 1);
  assert.equal(cache.peek("k"), "1");
});

test("an absence is kept too, and a failed read is not", async () => {
  const { store, cache } = trustedCache();
  const read = cache.fetch("k");
  store.asked[0].answer(null);
  assert.equal(await read, absent);
  assert.equal(cache.peek("k"), absent);
  const failing = cache.fetch("other");
  store.asked[1].reject(new Error("away"));
  await assert.rejects(failing, /away/);
  assert.equal(cache.peek("other"), undefined);
});

test("a read that was under way when the key was written fills nothing, and nobody joins it any more", async () => {
  const { store, cache } = trustedCache();
  const before = cache.fetch("k");
  cache.invalidate(["k"]);
  const after = cache.fetch("k");
  store.asked[0].answer("old");
  store.asked[1].answer("new");
  assert.deepEqual([await before, await after], ["old", "new"]);
  assert.equal(cache.peek("k"), "new");
});

test("an own write, acknowledged or not, is forgotten at once", async () => {
  const { store, cache } = trustedCache();
  cache.l1.set("k", "old", 60_000);
  const read = cache.fetch("k");
  const written = cache.put("k", Buffer.from("new"), 1_000);
  store.asked[1].reject(new Error("no answer in time"));
  await assert.rejects(written);
  assert.equal(cache.peek("k"), undefined);
  store.asked[0].answer("old");
  await read;
  assert.equal(cache.peek("k"), undefined);
});

test("while writes by others may be missed nothing is kept, not even what was read before they were heard of again", async () => {
  const { store, cache } = trustedCache();
  cache.l1.set("k", "1", 60_000);
  cache.trust(false);
  assert.equal(cache.peek("k"), undefined);
  const read = cache.fetch("k");
  cache.trust(true);
  store.asked[0].answer("2");
  await read;
  assert.equal(cache.peek("k"), undefined);
});

test("a flush of Redis empties L1", () => {
  const { cache } = trustedCache();
  cache.l1.set("k", "1", 60_000);
  cache.invalidate(null);
  assert.equal(cache.l1.entries, 0);
});

test("an entry lives no longer than in Redis", async () => {
  const { store, cache } = trustedCache();
  for (const [key, lifeMs] of Object.entries({ gone: -2, mortal: 60_000, eternal: -1 })) {
    const read = cache.fetch(key);
    store.asked.at(-1).answer("1", lifeMs);
    await read;
  }
  assert.deepEqual(
    ["gone", "mortal", "eternal"].map((key) => cache.peek(key)),
    [undefined, "1", "1"],
  );
});
