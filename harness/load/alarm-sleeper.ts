/** The thread behind Alarm: sleeps until the time it finds in shared memory, then sends a message, over and over. */
import { parentPort, workerData } from "node:worker_threads";
import { nowUs } from "./clock.ts";

const shared = workerData as SharedArrayBuffer;
const sequence = new Int32Array(shared, 0, 1);
const target = new Float64Array(shared, 8, 1);

for (let seen = 0; ;) {
  Atomics.wait(sequence, 0, seen);
  for (;;) {
    seen = Atomics.load(sequence, 0);
    const leftMs = ((target[0] ?? 0) - nowUs()) / 1e3;
    if (leftMs <= 0 || Atomics.wait(sequence, 0, seen, leftMs) === "timed-out") break;
    // A new time was set meanwhile; or that of now, and its notice came only after it had been seen here.
  }
  parentPort?.postMessage(null);
}
