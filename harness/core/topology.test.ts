import fc from "fast-check";
import { expect, test } from "vitest";
import { planTopology } from "./topology.ts";

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
