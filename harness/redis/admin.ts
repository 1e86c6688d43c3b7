/** The harness's own work in Redis, with ioredis: the data set, the bytes of a key, what the server counts. */
import { Cluster, type Redis } from "ioredis";
import { connectRedis, primaries, type RedisClient } from "./client.ts";

/** What every service stores a value under. */
export const keyPrefix = "cache:";

/** Values written at a time: enough to hide round trips, little enough to stay a few MB. */
const loadBatch = 500;

/** As many SETs in one call: each by itself takes ioredis five times the processor time. */
const storeScript = 'for i, key in ipairs(KEYS) do redis.call("SET", key, ARGV[i + 1], "EX", ARGV[1]) end';

/** Text costs ioredis less than bytes. */
type Entry = readonly [key: string, value: string | Buffer];

export class RedisAdmin implements AsyncDisposable {
  readonly #redis: RedisClient;

  private constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** Rejects when the server does not answer within 5 s. */
  static async connect(url: string): Promise<RedisAdmin> {
    return new RedisAdmin(await connectRedis(url));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.disconnect();
  }

  /** Stores values under their cache keys with a life of ttlS seconds. */
  async loadDataSet(entries: Iterable<Entry>, ttlS: number, signal: AbortSignal): Promise<void> {
    let batch: Entry[] = [];
    for (const entry of entries) {
      if (batch.push(entry) < loadBatch) continue;
      await this.#store(batch, ttlS);
      batch = [];
      signal.throwIfAborted();
    }
    await this.#store(batch, ttlS);
  }

  /** By one script on one server; the keys of a cluster lie on several. */
  async #store(batch: readonly Entry[], ttlS: number): Promise<void> {
    const redis = this.#redis;
    if (redis instanceof Cluster) {
      await Promise.all(batch.map(([key, value]) => redis.set(keyPrefix + key, value, "EX", ttlS)));
      return;
    }
    const keys = batch.map(([key]) => keyPrefix + key);
    const values = batch.map(([, value]) => value);
    await redis.eval(storeScript, keys.length, ...keys, ttlS, ...values);
  }

  /** The bytes stored for a cache key, or null. */
  async value(key: string): Promise<Buffer | null> {
    return this.#redis.getBuffer(keyPrefix + key);
  }

  async keyCount(): Promise<number> {
    return sum(await this.#each((node) => node.dbsize()));
  }

  /** The server answers nobody for so long; resolves when that has begun. */
  async pause(durationMs: number): Promise<void> {
    await this.#redis.call("CLIENT", "PAUSE", String(durationMs), "ALL");
  }

  async removeCacheKeys(): Promise<void> {
    await this.#each(async (node) => {
      for await (const keys of node.scanStream({ match: `${keyPrefix}*`, count: 1_000 }))
        await Promise.all((keys as string[]).map((key) => node.unlink(key)));
    });
  }

  /** Calls by command so far, from INFO commandstats. */
  async calls(): Promise<Record<string, number>> {
    const calls: Record<string, number> = {};
    for (const info of await this.#each((node) => node.info("commandstats"))) {
      for (const [, name = "", count] of info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) calls[name] = (calls[name] ?? 0) + Number(count);
    }
    return calls;
  }

  /** Processor time the server has used, s, from INFO cpu. */
  async cpuS(): Promise<number> {
    const infos = (await this.#each((node) => node.info("cpu"))).map(parseInfo);
    return sum(infos.map((info) => Number(info["used_cpu_sys"]) + Number(info["used_cpu_user"])));
  }

  /** What the server really is: Redis or Valkey, and its version. */
  async identity(): Promise<{ server: string; version: string }> {
    const [text = ""] = await this.#each((node) => node.info("server"));
    const info = parseInfo(text);
    const valkey = info["valkey_version"];
    return valkey === undefined ? { server: "redis", version: info["redis_version"] ?? "unknown" } : { server: "valkey", version: valkey };
  }

  #each<T>(ask: (node: Redis) => Promise<T>): Promise<T[]> {
    return Promise.all(primaries(this.#redis).map(ask));
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** True when a server answers at this URL now. */
export async function ping(url: string): Promise<boolean> {
  try {
    await using admin = await RedisAdmin.connect(url);
    await admin.keyCount();
    return true;
  } catch {
    return false;
  }
}

/** The lines "name:value" of an INFO section. */
function parseInfo(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/^([^#:\r\n]+):([^\r\n]*)/gm)].map(([, name = "", value = ""]) => [name, value]));
}
