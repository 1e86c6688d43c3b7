/** Which processors the service, Redis, the load agents and the orchestrator get. */
import type { Topology } from "./plan-schema.ts";

/**
 * Disjoint processors for everyone where there are enough of them: half for the service, one for Redis and the
 * orchestrator (which sleeps during a window), the rest for agents. On two the service is alone on the first and
 * everything else shares the second; the topology says so, and fast services then end up bounded.
 */
export function planTopology(usableCpus: readonly number[], canPin: boolean): Topology {
  const cpus = [...usableCpus].toSorted((a, b) => a - b);
  const [first = 0, second = first] = cpus;
  if (cpus.length < 3) {
    const alone = cpus.length === 2;
    return {
      service: [first],
      redis: [second],
      agents: [[second]],
      orchestrator: [second],
      disjoint: false,
      pinned: canPin,
      sentence: alone
        ? `2 processors: the service alone on ${first}; Redis, load agent and orchestrator share ${second}`
        : "1 processor: service, Redis, load agent and orchestrator share it",
    };
  }
  const serviceCount = Math.floor(cpus.length / 2);
  const service = cpus.slice(0, serviceCount);
  const redis = cpus.slice(serviceCount, serviceCount + 1);
  const agents = cpus.slice(serviceCount + 1).map((cpu) => [cpu]);
  return {
    service,
    redis,
    agents,
    orchestrator: redis,
    disjoint: true,
    pinned: canPin,
    sentence: `${cpus.length} processors: service ${service.join(",")}; Redis and orchestrator ${redis.join(",")}; load agents ${agents.flat().join(",")}`,
  };
}
