import { describe, expect, test } from "vitest";
import { testScenario } from "../core/testing/load-measurement.ts";
import { witnessConnections } from "../core/witness.ts";
import { ceilingLoads } from "./find-ceilings.ts";

const socket = { engine: "socket", connections: null } as const;
const told = (...args: Parameters<typeof ceilingLoads>) =>
  ceilingLoads(...args).map(({ key, durationMs }) => [key.engine, key.connections, durationMs]);

describe("the loads whose ceilings a run needs", () => {
  test("are driven for 3 s where its trials are judged by them, for 1 s where only the witness is", () => {
    expect(told([testScenario], socket)).toEqual([
      ["socket", testScenario.connections, 3_000],
      ["socket", witnessConnections, 1_000],
      ["autocannon", witnessConnections, 1_000],
    ]);
  });

  test("are there once, for the longer time, where scenarios or the witness share them", () => {
    const few = { ...socket, connections: witnessConnections };
    expect(told([testScenario, { ...testScenario, id: "another" }], few)).toEqual([
      ["socket", witnessConnections, 3_000],
      ["autocannon", witnessConnections, 1_000],
    ]);
  });
});
