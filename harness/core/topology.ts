/** Which processors the service, Redis, the load agents and the orchestrator get. */
import type { Topology } from "./plan-schema.ts";

/**
 * Disjoint processors for everyone where there are enough of them: half for the service, one for Redis and the
 * orchestrator (which sleeps during a window), the rest for agents. On two the service is alone on the first and
 * everything else shares the second; the topology says so, and fast services then end up bounded. `serviceCpus` is how
 * many an instance profile gives the service: it gets as many, but leaves one for the rest.
 */
export function planTopology(usableCpus: readonly number[], canPin: boolean, serviceCpus?: number): Topology {
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
  const serviceCount = Math.min(serviceCpus ?? Math.floor(cpus.length / 2), cpus.length - 1);
  const service = cpus.slice(0, serviceCount);
  const [redis, ...others] = cpus.slice(serviceCount).map((cpu) => [cpu]);
  const agents = others.length > 0 ? others : [redis ?? []];
  if (redis === undefined || others.length === 0)
    return {
      service,
      redis: redis ?? [],
      agents,
      orchestrator: redis ?? [],
      disjoint: false,
      pinned: canPin,
      sentence: `${cpus.length} processors: service ${service.join(",")}; Redis, load agent and orchestrator share ${agents.flat().join(",")}`,
    };
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

/** Service and Redis on another machine, load and orchestrator on this one. */
export function planRemoteTopology(
  remoteCpuCount: number,
  localCpus: readonly number[],
  canPin: boolean,
  serviceCpus = Infinity,
): Topology {
  const remote = Array.from({ length: remoteCpuCount }, (_, cpu) => cpu);
  const service = remote.slice(0, Math.max(1, Math.min(serviceCpus, remoteCpuCount - 1)));
  const redis = remote.slice(service.length).slice(0, 1);
  const [orchestrator = 0, ...others] = [...localCpus].toSorted((a, b) => a - b);
  const agents = (others.length > 0 ? others : [orchestrator]).map((cpu) => [cpu]);
  const sharesRedis = redis.length === 0;
  return {
    service,
    redis: sharesRedis ? service : redis,
    agents,
    orchestrator: [orchestrator],
    disjoint: !sharesRedis && others.length > 0,
    serviceElsewhere: true,
    pinned: canPin,
    sentence: `there: service ${service.join(",")}, Redis ${(sharesRedis ? service : redis).join(",")}; here: orchestrator ${orchestrator}, load agents ${agents.flat().join(",")}`,
  };
}
