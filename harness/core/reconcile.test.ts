import { expect, test } from "vitest";
import { reconcileCounts } from "./reconcile.ts";
import { soundCounts } from "./testing/load-measurement.ts";

const sound = soundCounts();
const withService = (changes: Record<string, number>) =>
  reconcileCounts({ ...sound, serviceRequests: { ...sound.serviceRequests, ...changes } });

test("counts that agree are no finding, whatever else Redis is asked", () => {
  expect(reconcileCounts(sound)).toBeNull();
  expect(reconcileCounts({ ...sound, redisCalls: { ...sound.redisCalls, set: 4_000, ping: 7 } })).toBeNull();
});

test.each([
  ["a hit too few", { "get/l1_hit": 7_999 }, "8300 x GET 200, and the service counts 8299"],
  ["a hit too many", { "get/l2_hit": 301 }, "8300 x GET 200, and the service counts 8301"],
  ["a miss that was a hit", { "get/l2_hit": 299, "get/miss": 91 }, "90 x GET 404, and the service counts 91"],
  ["a write too few", { "put/ok": 3_489 }, "3490 x PUT 204, and the service counts 3489"],
  ["a failure that nobody saw", { "delete/error": 1 }, "0 x other answers to DELETE, and the service counts 1"],
])("%s voids the trial", (_, changes, words) => {
  expect(withService(changes)).toMatchObject({
    severity: "void",
    sentence: expect.stringContaining(words),
    cure: expect.stringMatching(/./),
  });
});

test("a request whose end nobody saw may be counted or not, and no more than once", () => {
  const unseen = { ...sound, requests: { ...sound.requests, put: { ...sound.requests.put, sent: 3_502 } } };
  const counted = (ok: number) => reconcileCounts({ ...unseen, serviceRequests: { ...sound.serviceRequests, "put/ok": ok } });
  expect([3_490, 3_491, 3_492].map(counted)).toEqual([null, null, null]);
  expect(counted(3_493)).toMatchObject({ sentence: expect.stringContaining("(2 unseen)") });
  expect(counted(3_489)).not.toBeNull();
});

test("writes that were acknowledged and never reached Redis void the trial", () => {
  expect(reconcileCounts({ ...sound, redisCalls: { ...sound.redisCalls, set: 3_489 } })).toMatchObject({
    sentence: expect.stringContaining("3590 writes were acknowledged, and Redis was asked for 3589"),
  });
  expect(reconcileCounts({ ...sound, redisCalls: { psetex: 3_490, unlink: 100 } })).toBeNull();
});

test("more reads of Redis than L1 left unanswered void the trial, however the hits are counted", () => {
  const reading = (get: number) => reconcileCounts({ ...sound, redisCalls: { ...sound.redisCalls, get } });
  expect([100, 390, 400].map(reading)).toEqual([null, null, null]);
  expect(reading(401)).toMatchObject({
    severity: "void",
    sentence: expect.stringContaining("L1 did not answer 400 reads, and Redis was asked for 401"),
  });
});
