/**
 * Invalidation: Redis tells of every write to our keys (CLIENT TRACKING in broadcasting mode), each server of a cluster
 * on a connection of its own. ioredis drops RESP3's invalidation messages, so it is RESP2, the connection redirecting
 * them to itself as messages of a channel.
 */
import { Redis } from "ioredis";
import { prefix } from "./store.js";

const channel = "__redis__:invalidate";
/** Longer than any pause that must not cost L1: only a connection that is surely dead is given up. */
const [pingMs, deadMs] = [1_000, 15_000];

const trackerOptions = {
  lazyConnect: false,
  protocol: 2,
  enableAutoPipelining: false,
  autoResubscribe: false,
  retryStrategy: () => 50,
};

export class Tracking {
  #servers;
  #listener;
  /** By address. */
  #trackers = new Map();
  #trusted = false;

  /** `servers` gives the store's connections; `listener` is told onKeys(keys) and onTrusted(whether). */
  constructor(servers, listener) {
    this.#servers = servers;
    this.#listener = listener;
    this.#follow();
    setInterval(() => this.#follow(), pingMs).unref();
  }

  /** Trackers for the servers that there are now; those that are there already are pinged. */
  #follow() {
    const servers = new Map(this.#servers().map((server) => [`${server.options.host}:${server.options.port}`, server]));
    for (const [address, tracker] of this.#trackers) {
      if (servers.has(address)) tracker.ping();
      else {
        this.#trackers.delete(address);
        tracker.end();
      }
    }
    for (const [address, server] of servers) {
      if (this.#trackers.has(address)) continue;
      this.#trackers.set(address, new Tracker(server, this.#listener.onKeys, () => this.#judge()));
    }
    this.#judge();
  }

  /** Trusted while every server that is known tells of its writes. */
  #judge() {
    const trusted = this.#trackers.size > 0 && [...this.#trackers.values()].every(({ on }) => on);
    if (trusted === this.#trusted) return;
    this.#trusted = trusted;
    this.#listener.onTrusted(trusted);
  }
}

class Tracker {
  on = false;
  #redis;
  #heardMs = performance.now();

  constructor({ options }, onKeys, onChange) {
    this.#redis = new Redis({ ...options, ...trackerOptions });
    const turn = (on) => {
      this.on = on;
      onChange();
    };
    this.#redis.on("ready", async () => {
      this.#heardMs = performance.now();
      try {
        const id = await this.#redis.client("ID");
        await this.#redis.call("CLIENT", "TRACKING", "ON", "REDIRECT", id, "BCAST", "PREFIX", prefix);
        await this.#redis.subscribe(channel);
        turn(true);
      } catch {
        this.#redis.disconnect(true);
      }
    });
    this.#redis.on("close", () => turn(false));
    this.#redis.on("error", () => {});
    // Null after FLUSHALL and its like.
    this.#redis.on("messageBuffer", (_channel, keys) => onKeys(keys?.map((key) => key.toString().slice(prefix.length)) ?? null));
  }

  ping() {
    if (!this.on) return;
    if (performance.now() - this.#heardMs > deadMs) this.#redis.disconnect(true);
    this.#redis.ping().then(
      () => (this.#heardMs = performance.now()),
      () => {},
    );
  }

  end() {
    this.#redis.disconnect();
  }
}
