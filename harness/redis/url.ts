/** A server that was running before us: used only when empty, and left as it was found. Never flushed, never stopped. */
import { environmentError, messageOf } from "../errors.ts";
import { RedisAdmin } from "./admin.ts";
import type { RedisServer, RedisSource } from "./source.ts";

export function urlSource(url: string): RedisSource {
  return { name: "a server given by --redis", start: () => useServer(url) };
}

async function useServer(url: string): Promise<RedisServer> {
  await using admin = await connect(url);
  const keys = await admin.keyCount();
  if (keys > 0) {
    throw environmentError(
      `the Redis given by --redis holds ${keys} keys and is never flushed`,
      "give an empty server, or another database of it (redis://host:port/1)",
    );
  }
  return { url, exited: new Promise(() => {}), [Symbol.asyncDispose]: () => removeOurKeys(url) };
}

/** The database was empty when we came: whatever carries the services' prefix now is ours. */
async function removeOurKeys(url: string): Promise<void> {
  await using admin = await connect(url);
  await admin.removeCacheKeys();
}

async function connect(url: string): Promise<RedisAdmin> {
  try {
    return await RedisAdmin.connect(url);
  } catch (error) {
    throw environmentError(
      `the Redis given by --redis does not answer: ${messageOf(error)}`,
      "check that it runs and that the address is right",
    );
  }
}
