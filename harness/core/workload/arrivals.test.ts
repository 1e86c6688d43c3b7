import { describe, expect, test } from "vitest";
import { poissonArrivals } from "./arrivals.ts";
import { seededRandom } from "./random.ts";

const draw = (agent: number, agents: number) =>
  poissonArrivals({ ratePerS: 1_000, durationUs: 60e6, agent, agents }, seededRandom(1, "test"));

describe("arrivals", () => {
  test("come at the rate asked for, with the spread of a Poisson process", () => {
    const due = draw(0, 1);
    expect(Math.abs(due.length - 60_000)).toBeLessThan(4 * Math.sqrt(60_000));
    const gaps = due.subarray(1).map((atUs, i) => atUs - (due[i] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(deviation / mean).toBeCloseTo(1, 1);
  });

  test("dealt to three agents are together the arrivals of one", () => {
    const dealt = [0, 1, 2].flatMap((agent) => [...draw(agent, 3)]).toSorted((a, b) => a - b);
    expect(dealt).toEqual([...draw(0, 1)]);
  });
});
