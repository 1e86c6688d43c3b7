/** The harness's own work in Redis, with ioredis: the data set, the bytes of a key, what the server counts. */
import { Redis } from "ioredis";

/** What every service stores a value under. */
export const keyPrefix = "cache:";

/** Values loaded in one pipeline: enough to hide round trips, little enough to stay a few MB. */
const loadBatch = 500;

export class RedisAdmin implements AsyncDisposable {
  readonly #redis: Redis;

  private constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Rejects when the server does not answer within 5 s. */
  static async connect(url: string): Promise<RedisAdmin> {
    const redis = new Redis(url, { lazyConnect: true, connectTimeout: 5_000, maxRetriesPerRequest: 1, retryStrategy: () => null });
    // Errors reach the caller through the calls; without a listener ioredis prints them.
    redis.on("error", () => {});
    await redis.connect();
    return new RedisAdmin(redis);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.disconnect();
  }

  /** Stores values under their cache keys with a life of ttlS seconds. */
  async loadDataSet(entries: Iterable<readonly [key: string, value: Buffer]>, ttlS: number, signal: AbortSignal): Promise<void> {
    let pipeline = this.#redis.pipeline();
    const flush = async (): Promise<void> => {
      const failed = (await pipeline.exec())?.find(([error]) => error !== null);
      if (failed?.[0]) throw failed[0];
      pipeline = this.#redis.pipeline();
      signal.throwIfAborted();
    };
    for (const [key, value] of entries) {
      pipeline.set(keyPrefix + key, value, "EX", ttlS);
      if (pipeline.length >= loadBatch) await flush();
    }
    if (pipeline.length > 0) await flush();
  }

  /** The bytes stored for a cache key, or null. */
  async value(key: string): Promise<Buffer | null> {
    return this.#redis.getBuffer(keyPrefix + key);
  }

  async keyCount(): Promise<number> {
    return this.#redis.dbsize();
  }

  /** The server answers nobody for so long; resolves when that has begun. */
  async pause(durationMs: number): Promise<void> {
    await this.#redis.call("CLIENT", "PAUSE", String(durationMs), "ALL");
  }

  async removeCacheKeys(): Promise<void> {
    for await (const keys of this.#redis.scanStream({ match: `${keyPrefix}*`, count: 1_000 })) {
      if ((keys as string[]).length > 0) await this.#redis.unlink(...(keys as string[]));
    }
  }

  /** Calls by command so far, from INFO commandstats. */
  async calls(): Promise<Record<string, number>> {
    const info = await this.#redis.info("commandstats");
    return Object.fromEntries([...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name = "", count]) => [name, Number(count)]));
  }

  /** Processor time the server has used, s, from INFO cpu. */
  async cpuS(): Promise<number> {
    const info = parseInfo(await this.#redis.info("cpu"));
    return Number(info["used_cpu_sys"]) + Number(info["used_cpu_user"]);
  }

  /** What the server really is: Redis or Valkey, and its version. */
  async identity(): Promise<{ server: string; version: string }> {
    const info = parseInfo(await this.#redis.info("server"));
    const valkey = info["valkey_version"];
    return valkey === undefined ? { server: "redis", version: info["redis_version"] ?? "unknown" } : { server: "valkey", version: valkey };
  }
}

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
