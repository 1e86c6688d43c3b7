import { expect, test } from "vitest";
import type { Result } from "../harness/core/result.ts";
import { experienceOf } from "./experience.ts";
import { identify } from "./names.ts";
import { syntheticResult } from "./testing/synthetic-result.ts";

function counted(result: Result) {
  const { columns, counted } = experienceOf(result, identify(result));
  return Object.fromEntries(columns.map((column, index) => [column, counted[0]?.values[index]]));
}

const services = [{ id: "go", language: "go", slowness: 1 }];

test("builds from scratch and after a change are told apart, and a binary from an image", () => {
  const asProcess = syntheticResult({ services });
  expect(counted(asProcess)).toMatchObject({ "build from scratch, s": "12", "build after a change, s": "1.5", "image, MB": "-" });
  expect(Number(counted(asProcess)["artifact, MB"])).toBeGreaterThan(0);
  const target = { kind: "docker", sentence: "containers", memoryLimitBytes: null, instance: null, emulation: null } as const;
  const contained = counted({ ...asProcess, plan: { ...asProcess.plan, target } });
  expect(contained).toMatchObject({ "artifact, MB": "-", "image, MB": counted(asProcess)["artifact, MB"] });
});
