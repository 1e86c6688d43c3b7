import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { Alarm, leavesTime } from "./alarm.ts";
import { nowUs } from "./clock.ts";

test("rings once at its time, or at the time that replaced it", async () => {
  const rings: number[] = [];
  const alarm = new Alarm(() => rings.push(nowUs()));
  const dueUs = nowUs() + 300_000;
  alarm.set(dueUs + 1e9);
  alarm.set(dueUs);
  await expect.poll(() => rings.length, { timeout: 10_000 }).toBe(1);
  expect(rings[0]).toBeGreaterThanOrEqual(dueUs);
  await alarm.close();
});

test("the sleeper still wakes at the time it knows when the notice of that time reaches it late", async () => {
  const shared = new SharedArrayBuffer(16);
  const sequence = new Int32Array(shared, 0, 1);
  new Float64Array(shared, 8, 1)[0] = nowUs() + 2_000_000;
  Atomics.add(sequence, 0, 1);
  const sleeper = new Worker(fileURLToPath(new URL("./alarm-sleeper.ts", import.meta.url)), { workerData: shared });
  const woken = once(sleeper, "message");
  // How many were asleep and heard it.
  await expect.poll(() => Atomics.notify(sequence, 0)).toBe(1);
  await woken;
  await sleeper.terminate();
});

test("who has so many alarms that it polls for more than a quarter of the time does not go first", () => {
  expect(leavesTime(1_000)).toBe(true);
  expect(leavesTime(20_000)).toBe(false);
});
