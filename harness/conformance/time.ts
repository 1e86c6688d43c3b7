/** Waiting on the clock of performance.now(). */
import { setTimeout as sleep } from "node:timers/promises";

/** At once when that time is over. */
export async function sleepUntil(atMs: number, signal?: AbortSignal): Promise<void> {
  const leftMs = atMs - performance.now();
  if (leftMs > 0) await sleep(leftMs, undefined, signal === undefined ? {} : { signal });
}
