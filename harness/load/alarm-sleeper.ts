/** The thread behind Alarm: sleeps until the time it finds in shared memory, then sends a message, over and over. */
import { parentPort, workerData } from "node:worker_threads";
import { nowUs } from "./clock.ts";

const shared = workerData as SharedArrayBuffer;
const sequence = new Int32Array(shared, 0, 1);
const target = new Float64Array(shared, 8, 1);

for (let seen = 0; ;) {
  Atomics.wait(sequence, 0, seen);
  seen = Atomics.load(sequence, 0);
  const leftMs = ((target[0] ?? 0) - nowUs()) / 1e3;
  // "not-equal" or "ok": a new time was set meanwhile.
  if (leftMs > 0 && Atomics.wait(sequence, 0, seen, leftMs) !== "timed-out") continue;
  parentPort?.postMessage(null);
}
