import { expect, test } from "vitest";
import { inRealTime, syntheticResult } from "../../report/testing/synthetic-result.ts";
import { agentPriority } from "./agent-priority.ts";

test("agents are said to have gone before all others at the rates at which they did", () => {
  const { trials } = syntheticResult({ services: [{ id: "go-production", language: "go", slowness: 1 }], rates: [2_000, 10_000] });
  expect(agentPriority({ trials })).toBe("at usual priority");
  expect(agentPriority({ trials: inRealTime(trials, 10_000) })).toBe("in real time");
  expect(agentPriority({ trials: inRealTime(trials, 5_000) })).toBe("in real time up to 2000/s");
});
