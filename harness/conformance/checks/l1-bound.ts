import { randomBytes } from "node:crypto";
import { memoryOf } from "../../probes/process-tree.ts";
import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import { type Call, curl, exchange, getKey, judgeStatus, putKey } from "../http.ts";
import { metricsCall, readMetrics, requireTotal } from "../metrics.ts";
import { Connection } from "../raw-http.ts";

const MiB = 1024 * 1024;
/** Enough that a runtime's own garbage is small beside it: Node keeps up to 64 MiB of dead buffers before it collects them. */
const boundBytes = 16 * MiB;
const valueBytes = 16 * 1024;
const keyCount = (10 * boundBytes) / valueBytes;
const connectionCount = 8;

/** Memory beside the values: entries, allocator, garbage. */
const maxGrowthBytes = 3 * boundBytes + 32 * MiB;

export const l1Bound: Check = {
  id: "l1-bound",
  number: 11,
  title: `L1_MAX_BYTES holds under ten times as much data, in cache_l1_bytes and in memory`,
  needs: "launch",
  alone: true,
  // So many requests that a stall of the machine may make one of them wait for Redis too long.
  timeCritical: true,
  waivedBy: "boundedL1",
  async run(context) {
    await using service = await context.launch({ l1MaxBytes: boundBytes });
    const site = { ...context, origin: service.origin };
    const beforeBytes = memoryOf(service.processes()).pssBytes;
    const largest = await fill(site);
    const afterBytes = memoryOf(service.processes()).pssBytes;

    const again = `L1_MAX_BYTES=${boundBytes}, PUT and GET of ${keyCount} values of ${valueBytes} bytes, then ${curl(site, metricsCall)}`;
    const inMiB = (bytes: number): string => `${(bytes / MiB).toFixed(1)} MiB`;
    if (largest > boundBytes)
      throw new CheckFailure("cache_l1_bytes is over its bound", `at most ${inMiB(boundBytes)}`, inMiB(largest), again);
    if (largest < boundBytes / 10) {
      throw new CheckFailure("cache_l1_bytes does not count what L1 holds", `nearly ${inMiB(boundBytes)}`, inMiB(largest), again);
    }
    // Where the kernel tells no PSS, only the service's own word is there.
    if (beforeBytes === null || afterBytes === null || afterBytes - beforeBytes < maxGrowthBytes) return;
    const seen = `${inMiB(afterBytes - beforeBytes)} more`;
    throw new CheckFailure("memory grows past what the bound of L1 explains", `less than ${inMiB(maxGrowthBytes)} more PSS`, seen, again);
  },
};

/** Half of the keys by PUT, half from Redis, all read; the largest cache_l1_bytes seen. */
async function fill(site: CheckContext): Promise<number> {
  const keys = Array.from({ length: keyCount }, () => site.newKey("bound"));
  const filler = randomBytes(valueBytes / 2).toString("hex");
  const valueOf = (key: string): Buffer => Buffer.from(`"${(key + filler).slice(0, valueBytes - 2)}"`);
  await site.redis.loadDataSet(
    keys.slice(keyCount / 2).map((key) => [key, valueOf(key)] as const),
    300,
    site.signal,
  );

  let next = 0;
  let largest = 0;
  const work = async (): Promise<void> => {
    using connection = await Connection.open(site.origin, site.signal);
    const ask = async (call: Call, status: number): Promise<void> =>
      judgeStatus(site, call, await exchange(site, call, connection), status);
    for (let index = next++; index < keyCount; index = next++) {
      const key = keys[index] ?? "";
      if (index < keyCount / 2) await ask(putKey(key, valueOf(key)), 204);
      await ask(getKey(key), 200);
      if (index % 500 === 0) largest = Math.max(largest, requireTotal(site, await readMetrics(site), "cache_l1_bytes"));
    }
  };
  await Promise.all(Array.from({ length: connectionCount }, work));
  return Math.max(largest, requireTotal(site, await readMetrics(site), "cache_l1_bytes"));
}
