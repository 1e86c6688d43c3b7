import fc from "fast-check";
import { expect, test } from "vitest";
import { planRemoteTopology, planTopology } from "./topology.ts";

test("on two processors the service is alone and the rest shares", () => {
  expect(planTopology([0, 1], true)).toMatchObject({ service: [0], redis: [1], agents: [[1]], orchestrator: [1], disjoint: false });
});

test("one processor is shared by all", () => {
  expect(planTopology([3], true)).toMatchObject({ service: [3], redis: [3], agents: [[3]], disjoint: false });
});

test("with three or more, service, Redis and agents never share", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(127), { minLength: 3, maxLength: 64 }), (cpus) => {
      const { service, redis, agents, disjoint } = planTopology(cpus, true);
      const used = [...service, ...redis, ...agents.flat()];
      expect(disjoint).toBe(true);
      expect(new Set(used).size).toBe(used.length);
      expect(agents.length).toBeGreaterThan(0);
      expect(used.every((cpu) => cpus.includes(cpu))).toBe(true);
    }),
  );
});

test("an instance profile gives the service its processors, and leaves one for the rest", () => {
  expect(planTopology([0, 1, 2, 3, 4, 5, 6, 7], true, 2)).toMatchObject({ service: [0, 1], redis: [2], disjoint: true });
  expect(planTopology([0, 1, 2, 3], true, 8)).toMatchObject({ service: [0, 1, 2], redis: [3], agents: [[3]], disjoint: false });
});

test("on another machine the service has all processors but Redis's, and load has those of this machine", () => {
  const topology = planRemoteTopology(4, [0, 1, 2], true);
  expect(topology).toMatchObject({ service: [0, 1, 2], redis: [3], orchestrator: [0], agents: [[1], [2]], disjoint: true });
  expect(topology.serviceElsewhere).toBe(true);
  expect(planRemoteTopology(1, [0], true)).toMatchObject({ service: [0], redis: [0], agents: [[0]], disjoint: false });
  expect(planRemoteTopology(8, [0, 1], true, 2)).toMatchObject({ service: [0, 1], redis: [2] });
});
