/** A Redis Cluster of three primaries on this machine, started anew each time: the same executable, three times. */
import { setTimeout as sleep } from "node:timers/promises";
import getPort from "get-port";
import { Redis } from "ioredis";
import { environmentError } from "../errors.ts";
import { clusterUrl } from "./client.ts";
import { startExecutable } from "./executable.ts";
import type { RedisServer, RedisSource, RedisStart } from "./source.ts";

/** The fewest that a cluster may have (redis.io, "Scale with Redis Cluster"). */
const size = 3;
const slots = 16_384;
/** Nodes gossip once a second; a busy machine takes some rounds. */
const agreeMs = 30_000;

export function clusterSource(name: string, executable: string): RedisSource {
  return { name: `cluster of ${size}, ${name}`, start: (options) => startCluster(executable, options) };
}

async function startCluster(executable: string, options: RedisStart): Promise<RedisServer> {
  const servers: RedisServer[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));
  try {
    for (let node = 1; node <= size; node++) {
      servers.push(await startExecutable(executable, { ...options, logFile: `${options.logFile}.${node}` }, clusterSettings));
    }
    const ports = servers.map(({ url }) => Number(new URL(url).port));
    await join(ports, options.signal);
    return { url: clusterUrl(ports), exited: Promise.race(servers.map(({ exited }) => exited)), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The bus has a port of its own: the usual one, 10000 above, may not exist. */
const clusterSettings = async (): Promise<string[]> => {
  const busPort = await getPort({ host: "127.0.0.1" });
  return ["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1", "--cluster-port", String(busPort)];
};

/** Gives each node its share of the slots, introduces them to each other, and waits until all agree. */
async function join(ports: readonly number[], signal: AbortSignal): Promise<void> {
  const nodes = ports.map((port) => new Redis({ host: "127.0.0.1", port, maxRetriesPerRequest: 1 }));
  try {
    const [first, ...others] = nodes as [Redis, ...Redis[]];
    for (const [index, node] of nodes.entries()) {
      // Without epochs of their own, nodes that meet resolve the tie first, which takes seconds.
      await node.call("CLUSTER", "SET-CONFIG-EPOCH", index + 1);
      const [from, next] = [index, index + 1].map((share) => Math.floor((share * slots) / size)) as [number, number];
      await node.call("CLUSTER", "ADDSLOTSRANGE", from, next - 1);
    }
    const [, busPort] = (await first.call("CONFIG", "GET", "cluster-port")) as [string, string];
    for (const other of others) await other.call("CLUSTER", "MEET", "127.0.0.1", ports[0] ?? 0, busPort);
    for (const node of nodes) await untilAgreed(node, signal);
  } finally {
    for (const node of nodes) node.disconnect();
  }
}

async function untilAgreed(node: Redis, signal: AbortSignal): Promise<void> {
  for (const endMs = performance.now() + agreeMs; performance.now() < endMs; await sleep(50, undefined, { signal })) {
    const info = String(await node.call("CLUSTER", "INFO"));
    const has = (line: string): boolean => info.includes(`${line}\r\n`);
    if (has("cluster_state:ok") && has(`cluster_known_nodes:${size}`) && has(`cluster_slots_ok:${slots}`)) return;
  }
  throw environmentError(`the nodes of a Redis Cluster do not agree within ${agreeMs / 1_000} s`, "choose another server with --redis");
}
