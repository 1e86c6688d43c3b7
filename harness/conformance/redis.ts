/** What the checks do to Redis: foreign writes, pauses that always end, and counts of reads. */
import { keyPrefix, type RedisAdmin } from "../redis/admin.ts";
import { nodeUrls, primaries } from "../redis/client.ts";
import type { CheckContext } from "./check.ts";

/** Writes a key as somebody else would, not through the service. */
export async function foreignSet({ control }: CheckContext, key: string, value: Buffer | string, ttlMs = 60_000): Promise<void> {
  await control.set(keyPrefix + key, value, "PX", ttlMs);
}

/** A redis-cli command that the reader can repeat; of a cluster what concerns a server alone must be done on each. */
export function redisCli({ redisUrl }: CheckContext, command: string): string {
  const [first = "", ...others] = nodeUrls(redisUrl);
  return `redis-cli ${others.length > 0 ? "-c " : ""}-u ${first} ${command}`;
}

/** Redis holds everybody's commands for this long, then works on. Settles when the pause is over, whatever happens to the work. */
export async function whilePaused<T>({ control }: CheckContext, pauseMs: number, work: () => Promise<T>): Promise<T> {
  const nodes = primaries(control);
  await Promise.all(nodes.map((node) => node.call("CLIENT", "PAUSE", pauseMs, "ALL")));
  try {
    return await work();
  } finally {
    // CLIENT UNPAUSE would wait behind the pause just as this does.
    await Promise.all(nodes.map((node) => node.ping()));
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
