import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeKey, isJson, ttlMsOf } from "../src/rules.js";

test("a key is percent-decoded once; an encoded slash and a plus are part of it", () => {
  const keys = { "a%2Fb": "a/b", "%2541": "%41", "a+b": "a+b", "%C3%BC": "ü", "\xc3\xbc": "ü", ["k".repeat(250)]: "k".repeat(250) };
  for (const [segment, key] of Object.entries(keys)) assert.equal(decodeKey(segment), key);
});

test("broken escapes, what is not UTF-8, and more than 250 bytes are no key", () => {
  for (const segment of ["%", "%4", "%zz", "%FF", "\xff", "%C0%AF", "%ED%A0%80", "%C3", "k".repeat(251), "%C3%BC".repeat(126)])
    assert.equal(decodeKey(segment), null, segment);
});

test("a ttl is a whole number of seconds from 1, given once", () => {
  assert.equal(ttlMsOf("ttl=37", 300), 37_000);
  assert.equal(ttlMsOf("x=1&ttl=1", 300), 1_000);
  for (const query of ["ttl=0", "ttl=-1", "ttl=1.5", "ttl=1e3", "ttl=", "ttl", "ttl=%2B5", "ttl=5s", "ttl=5&ttl=5"])
    assert.equal(ttlMsOf(query, 300), null, query);
});

test("without a ttl the default has jitter of 10 %", () => {
  const lives = Array.from({ length: 200 }, () => ttlMsOf("", 300));
  assert.ok(lives.every((ms) => ms >= 270_000 && ms <= 330_000));
  assert.ok(Math.max(...lives) - Math.min(...lives) > 20_000);
});

test("JSON is RFC 8259 over valid UTF-8", () => {
  const deep = (levels) => "[".repeat(levels) + "]".repeat(levels);
  for (const text of ["1e999", "9007199254740993", "7".repeat(5_000), '"\\ud800"', '{"a":1,"a":2}', " \t\r\n1 ", deep(512)])
    assert.ok(isJson(Buffer.from(text)), text);
  for (const text of ["", "NaN", "\ufeff1", "1 2", "'a'", "[1,]", "01", '"\t"', "{a:1}"]) assert.ok(!isJson(Buffer.from(text)), text);
  assert.ok(!isJson(Buffer.from([0x22, 0xff, 0x22])));
});
