/** Connections to Redis with ioredis, to one server or to a Redis Cluster. They fail rather than reconnect. */
import { Cluster, Redis, type RedisOptions } from "ioredis";

export type RedisClient = Redis | Cluster;

const clusterScheme = "redis+cluster://";

/** redis://HOST:PORT, rediss://HOST:PORT, or redis+cluster://HOST:PORT,HOST:PORT */
export const isRedisUrl = (text: string): boolean => /^(rediss?|redis\+cluster):\/\/[^/]/.test(text);

export const clusterUrl = (ports: readonly number[]): string => `${clusterScheme}${ports.map((port) => `127.0.0.1:${port}`).join(",")}`;

/** The nodes that a URL names: one, unless it is a cluster's. */
export function nodeUrls(url: string): readonly string[] {
  if (!url.startsWith(clusterScheme)) return [url];
  return url
    .slice(clusterScheme.length)
    .split(",")
    .map((address) => `redis://${address}`);
}

/** Rejects when no server answers within 5 s. */
export async function connectRedis(url: string): Promise<RedisClient> {
  const options = { connectTimeout: 5_000, maxRetriesPerRequest: 1 } satisfies RedisOptions;
  // What is asked for in one turn goes out in one write to each node.
  const shared = { lazyConnect: true, enableAutoPipelining: true };
  const client = url.startsWith(clusterScheme)
    ? new Cluster([...nodeUrls(url)], { ...shared, clusterRetryStrategy: () => null, slotsRefreshTimeout: 5_000, redisOptions: options })
    : new Redis(url, { ...shared, ...options, retryStrategy: () => null });
  // Errors reach the caller through the calls; without a listener ioredis prints them.
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** The servers that hold keys: one, unless it is a cluster. */
export function primaries(client: RedisClient): readonly Redis[] {
  return client instanceof Cluster ? client.nodes("master") : [client];
}

/** The server that holds a key; the others answer that it has moved. */
export async function primaryOf(client: RedisClient, key: string): Promise<Redis> {
  for (const node of primaries(client)) {
    const here = await node.exists(key).then(
      () => true,
      (error: unknown) => {
        if (String(error).includes("MOVED")) return false;
        throw error;
      },
    );
    if (here) return node;
  }
  throw new Error(`no server of the cluster holds ${key}`);
}
