/** The shared store: Redis or a Redis Cluster through ioredis, one connection to each server. */
import { Cluster, Redis } from "ioredis";
import { Breaker } from "./breaker.js";
import { redisDuration } from "./metrics.js";

/** What a value is stored under. */
export const prefix = "cache:";
const clusterScheme = "redis+cluster://";
const retryStrategy = (attempt) => Math.min(50 * attempt, 500);

/** Redis did not answer, or not in time: a write may have happened, or still happen. */
export class Unavailable extends Error {}

/**
 * Commands of one turn of the event loop go out together (auto-pipelining), in order. One that timed out stays in that
 * order: a late write cannot overtake a newer one. None is ever sent twice, and a new connection first has Redis end the
 * one before it, so that nothing left in that one can run later.
 */
const options = { enableAutoPipelining: true, enableOfflineQueue: false };
const connectionOptions = { autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0, connectTimeout: 2_000 };
const clusterOptions = {
  ...options,
  redisOptions: connectionOptions,
  clusterRetryStrategy: retryStrategy,
  clusterNodeRetryStrategy: retryStrategy,
  retryDelayOnFailover: 0,
  retryDelayOnClusterDown: 0,
};

export class Store {
  #client;
  #breaker = new Breaker();
  #timeoutMs;

  constructor({ redisUrl, redisTimeoutMs }) {
    this.#timeoutMs = redisTimeoutMs;
    if (redisUrl.startsWith(clusterScheme)) {
      const nodes = redisUrl.slice(clusterScheme.length).split(",");
      this.#client = new Cluster(
        nodes.map((address) => `redis://${address}`),
        clusterOptions,
      );
      this.#client.on("+node", endFormerConnection);
    } else {
      this.#client = new Redis(redisUrl, { ...options, ...connectionOptions, retryStrategy });
      endFormerConnection(this.#client);
    }
    // Failures reach the callers of commands.
    this.#client.on("error", () => {});
  }

  /** The value and its remaining life, ms; value null when there is none. */
  async read(key) {
    // The life first: a value that expires in between is then without one, never with a life that it has not.
    const [lifeMs, value] = await this.#call(() => Promise.all([this.#client.pttl(prefix + key), this.#client.getBuffer(prefix + key)]));
    return { lifeMs, value: value === null ? null : value.latin1Slice() };
  }

  async write(key, value, ttlMs) {
    await this.#call(() => this.#client.set(prefix + key, value, "PX", ttlMs));
  }

  async remove(key) {
    await this.#call(() => this.#client.del(prefix + key));
  }

  /** Asks every server, past the breaker. */
  async ping() {
    const servers = this.servers();
    if (servers.length === 0) throw new Unavailable("no server is known");
    await within(this.#timeoutMs, Promise.all(servers.map((server) => server.ping())));
  }

  /** Connections to the servers that take writes, as far as they are known. */
  servers() {
    return this.#client instanceof Cluster ? this.#client.nodes("master") : [this.#client];
  }

  async #call(send) {
    if (!this.#breaker.allows()) throw new Unavailable("the circuit breaker is open");
    const end = redisDuration.startTimer();
    try {
      const reply = await within(this.#timeoutMs, send());
      this.#breaker.succeeded();
      return reply;
    } catch (error) {
      this.#breaker.failed();
      throw error;
    } finally {
      end();
    }
  }
}

/** A command of the former connection that Redis has not read yet must not run after newer ones. */
function endFormerConnection(redis) {
  let id = null;
  redis.on("ready", () => {
    if (id !== null) redis.client("KILL", "ID", id).catch(() => {});
    redis.client("ID").then(
      (current) => (id = current),
      () => {},
    );
  });
}

/** ioredis's own commandTimeout starts when a command is sent, which may be behind a pipeline that hangs. */
function within(timeoutMs, promise) {
  const { promise: answer, resolve, reject } = Promise.withResolvers();
  const timer = setTimeout(() => reject(new Unavailable("no answer in time")), timeoutMs);
  promise.then(resolve, (error) => reject(new Unavailable(error.message)));
  return answer.finally(() => clearTimeout(timer));
}
