/** What the checks do to Redis: foreign writes, pauses that always end, and counts of reads. */
import { Redis } from "ioredis";
import { keyPrefix, type RedisAdmin } from "../redis/admin.ts";
import type { CheckContext } from "./check.ts";

/** A connection for commands of any kind; it fails rather than reconnects. */
export async function connectControl(url: string): Promise<Redis> {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 5_000, maxRetriesPerRequest: 1, retryStrategy: () => null });
  redis.on("error", () => {});
  await redis.connect();
  return redis;
}

/** Writes a key as somebody else would, not through the service. */
export async function foreignSet({ control }: CheckContext, key: string, value: Buffer | string, ttlMs = 60_000): Promise<void> {
  await control.set(keyPrefix + key, value, "PX", ttlMs);
}

/** A redis-cli command that the reader can repeat. */
export function redisCli({ redisUrl }: CheckContext, command: string): string {
  return `redis-cli -u ${redisUrl} ${command}`;
}

/** Redis holds everybody's commands for this long, then works on. Settles when the pause is over, whatever happens to the work. */
export async function whilePaused<T>({ control }: CheckContext, pauseMs: number, work: () => Promise<T>): Promise<T> {
  await control.call("CLIENT", "PAUSE", pauseMs, "ALL");
  try {
    return await work();
  } finally {
    // CLIENT UNPAUSE would wait behind the pause just as this does.
    await control.ping();
  }
}

/** Commands that fetch a value; one inside a script or a transaction is counted under its own name. */
const valueReads = ["get", "mget", "getex", "getdel", "getset", "getrange", "substr", "hget", "hmget", "hgetall"];
/** Commands that ask for anything about a key. */
const otherReads = ["exists", "strlen", "ttl", "pttl", "expiretime", "pexpiretime", "type", "touch", "object", "dump", "hexists", "hlen"];

export async function countReads(redis: RedisAdmin, kind: "value" | "any"): Promise<number> {
  const calls = await redis.calls();
  const names = kind === "value" ? valueReads : [...valueReads, ...otherReads];
  // Subcommands are counted as in "object|freq".
  return Object.entries(calls).reduce((total, [name, count]) => total + (names.includes(name.split("|")[0] ?? "") ? count : 0), 0);
}
