import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { Alarm } from "./alarm.ts";
import { nowUs } from "./clock.ts";
import { arrivedUs } from "./turn.ts";

test("rings once at its time, or at the time that replaced it", async () => {
  const rings: number[] = [];
  const alarm = new Alarm(() => rings.push(nowUs()), 50);
  const dueUs = nowUs() + 300_000;
  alarm.set(dueUs + 1e9);
  alarm.set(dueUs);
  await expect.poll(() => rings.length, { timeout: 10_000 }).toBe(1);
  expect(rings[0]).toBeGreaterThanOrEqual(dueUs);
  // A notice of the sleeper that is still under way would come now.
  await sleep(200);
  expect(rings).toHaveLength(1);
  await alarm.close();
});

test("while it polls, what is read may have come since the loop looked last; when it slept, only now", async () => {
  let rung = false;
  const alarm = new Alarm(() => (rung = true), 1e9);
  const beforeReadUs = async (): Promise<number> => {
    await sleep(10);
    const fromUs = nowUs();
    while (nowUs() < fromUs + 20_000);
    const readAtUs = nowUs();
    return readAtUs - arrivedUs(readAtUs);
  };
  expect(await beforeReadUs()).toBe(0);
  alarm.set(nowUs() + 1e8);
  expect(await beforeReadUs()).toBeGreaterThanOrEqual(10_000);
  alarm.set(nowUs());
  await expect.poll(() => rung).toBe(true);
  expect(await beforeReadUs()).toBe(0);
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
