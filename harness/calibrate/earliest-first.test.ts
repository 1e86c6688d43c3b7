import { expect, test } from "vitest";
import { seededRandom } from "../core/workload.ts";
import { EarliestFirst } from "./earliest-first.ts";

test("what was added in any order comes out by its time", () => {
  const random = seededRandom(1, "times");
  const queue = new EarliestFirst<number>();
  const times = Array.from({ length: 500 }, () => Math.floor(random.unit() * 100));
  for (const time of times) queue.add(time, time);
  const taken = times.map(() => {
    expect(queue.nextUs).toBeLessThan(Infinity);
    return queue.take();
  });
  expect(taken).toEqual(times.toSorted((a, b) => a - b));
  expect(queue.nextUs).toBe(Infinity);
  expect(queue.take()).toBeUndefined();
});
