/** The values in Redis before a trial begins, and what of them a service may hold. */
import { keyCount } from "../core/plan.ts";
import type { Settings } from "../core/plan-schema.ts";
import type { Scenario } from "../core/scenario.ts";
import { type CacheWorkload, initialValue, keyName, valueTemplates } from "../core/workload.ts";
import type { RedisAdmin } from "../redis/admin.ts";

/** The data set outlives every trial, unless the scenario lets it expire. */
export const dataSetTtlS = 3_600;

export function workloadOf(scenario: Scenario, settings: Settings): CacheWorkload {
  const { operations, keys, valueSize, ttlS } = scenario;
  return {
    kind: "cache",
    operations,
    keys: { count: keyCount(scenario, settings), choice: keys.choice },
    valueSize,
    ...(ttlS !== undefined && { ttlS }),
  };
}

export function l1BytesOf({ l1 }: Scenario, dataBytes: number): number {
  return l1.kind === "bytes" ? l1.maxBytes : Math.round(dataBytes * l1.share);
}

/** Writes version 0 of every key; returns the bytes of all keys and values. */
export async function loadDataSet(admin: RedisAdmin, workload: CacheWorkload, seed: number, signal: AbortSignal): Promise<number> {
  const templates = valueTemplates(workload, seed);
  let bytes = 0;
  function* entries(): Iterable<readonly [string, string]> {
    for (let index = 0; index < workload.keys.count; index++) {
      const [key, value] = [keyName(index), initialValue(templates, index)];
      bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
      yield [key, value];
    }
  }
  await admin.loadDataSet(entries(), workload.ttlS ?? dataSetTtlS, signal);
  return bytes;
}
