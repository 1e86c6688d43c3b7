import { expect, test } from "vitest";
import { disagreements, type WitnessReading } from "./witness.ts";

const reading = (changes: Partial<WitnessReading> = {}): WitnessReading => ({
  engine: "socket",
  sent: 10_000,
  puts: 3_000,
  errors: 0,
  bytes: 3_500_000,
  expectedBytes: 3_500_000,
  serviceCounted: 10_000,
  redisWrites: 3_000,
  requestsPerS: 5_000,
  p50Us: 1_900,
  ...changes,
});
const autocannon = reading({ engine: "autocannon" });
/** Against the null server the one is twice as fast as the other. */
const offsets = { socket: { requestsPerS: 60_000, p50Us: 150 }, autocannon: { requestsPerS: 30_000, p50Us: 300 } };
const found = (changes: Partial<WitnessReading>): string[] => disagreements(reading(changes), autocannon, offsets);

test("engines that see the same of a slow service agree", () => {
  expect(found({})).toEqual([]);
});

test("with a fast service they may differ by what they cost themselves, and not by more", () => {
  expect(found({ requestsPerS: 10_000, p50Us: 950 })).toEqual([]);
  expect(found({ requestsPerS: 13_000 })).toEqual([expect.stringContaining("the throughput seen by socket is 2.60 times")]);
  expect(found({ requestsPerS: 3_000 })).toEqual([expect.stringContaining("0.60 times")]);
  expect(found({ p50Us: 600 })).toEqual([expect.stringContaining("the p50 seen by socket is 0.32 times")]);
});

test.each([
  [{ serviceCounted: 9_999 }, "sent 10000 requests and the service counted 9999"],
  [{ redisWrites: 3_001 }, "sent 3000 writes and Redis did 3001"],
  [{ errors: 1 }, "counted 1 errors"],
  [{ bytes: 3_499_999 }, "received 3499999 bytes"],
])("one count that is off by one is told: %j", (changes, sentence) => {
  expect(found(changes)).toEqual([expect.stringContaining(sentence)]);
});

test("where lengths vary, bytes are not judged", () => {
  expect(found({ bytes: 1, expectedBytes: null })).toEqual([]);
});
