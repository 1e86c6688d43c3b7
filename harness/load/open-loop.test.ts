import { describe, expect, test } from "vitest";
import { poissonArrivals, seededRandom } from "../core/workload.ts";
import { decodeHistogram } from "../core/histogram.ts";
import type { LoadPoint } from "../core/measurement.ts";
import { canGoRealTime } from "../processes/priority.ts";
import { closedLoop, failures, imbalance, measureOnce } from "./testing/generators.ts";
import { httpServer } from "./testing/servers.ts";

const at = (offeredRatePerS: number) => ({ kind: "open-loop", offeredRatePerS }) as const;
const p99 = (encoded: string) => decodeHistogram(encoded).getValueAtPercentile(99);

describe("an open loop", () => {
  test.each([[[null]], [[null, null]]])(
    "sends each request of the schedule once and follows it to its end, agents: %j",
    async (agentCpus) => {
      await using server = await httpServer((_, response) => response.end("{}"));
      const measurement = await measureOnce(server.origin, { agentCpus }, { point: at(400), leadInMs: 100, durationMs: 500 });
      const due = poissonArrivals({ ratePerS: 400, durationUs: 600_000, agent: 0, agents: 1 }, seededRandom(1, "arrivals 0"));
      const inWindow = due.filter((atUs) => atUs >= 100_000).length;
      expect(measurement).toMatchObject({ scheduled: inWindow, sent: inWindow, received: inWindow, inFlightAtStart: 0, inFlightAtEnd: 0 });
      expect(server.seen.length).toBe(due.length);
      const perStep = Array.from({ length: 6 }, (_, step) => due.filter((atUs) => Math.floor(atUs / 1e5) === step).length);
      expect(measurement.per100Ms.due).toEqual(perStep);
      expect(decodeHistogram(measurement.scheduleLagUs ?? "").totalCount).toBe(inWindow);
    },
  );

  test("sees a stall of the server in the response time, where the service time hides it", async () => {
    const stallFrom = Date.now() + 100_000;
    let stalled = stallFrom;
    await using server = await httpServer((_, response) => {
      if (stalled === stallFrom) stalled = Date.now() + 300; // the first request stalls all others for 300 ms
      setTimeout(() => response.end("{}"), Math.max(0, stalled - Date.now()));
    });
    const { operations } = await measureOnce(server.origin, { connections: 2 }, { point: at(300), leadInMs: 0, durationMs: 1_500 });
    expect(p99(operations.get.responseTimeUs)).toBeGreaterThan(200_000);
    expect(p99(operations.get.serviceTimeUs)).toBeLessThan(200_000);
  });

  test("censors what was never sent because no connection came free", async () => {
    await using server = await httpServer(() => {});
    const measurement = await measureOnce(
      server.origin,
      { connections: 1, requestTimeoutMs: 100 },
      { point: at(200), leadInMs: 0, durationMs: 400 },
    );
    const responseTime = decodeHistogram(measurement.operations.get.responseTimeUs);
    expect(measurement.received).toBe(0);
    expect(measurement.sent).toBeLessThan(measurement.scheduled ?? 0);
    expect(imbalance(measurement)).toBe(0);
    const { due = [], lost = [] } = measurement.per100Ms;
    const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
    expect(total(due)).toBe(measurement.scheduled);
    // Those of the last 100 ms are given up after the window; nobody in the first.
    expect(lost[0]).toBe(0);
    expect(total(lost)).toBeGreaterThan(total(due) / 4);
    expect(responseTime.totalCount).toBe((measurement.scheduled ?? 0) - failures(measurement));
    expect(responseTime.getValueAtPercentile(0)).toBeGreaterThanOrEqual(99_900);
  });

  test("survives a service that goes away, and says what it saw", async () => {
    const server = await httpServer((_, response) => response.end("{}"));
    // The window's end calls it too; a server can be closed twice.
    const onWindow = (): void => void server[Symbol.asyncDispose]();
    const measurement = await measureOnce(
      server.origin,
      { requestTimeoutMs: 200 },
      { point: at(300), leadInMs: 200, durationMs: 1_000, onWindow },
    );
    expect(imbalance(measurement)).toBe(0);
    expect(measurement.failed["refused"]).toBeGreaterThan(0);
  });

  test("says whether its agents went before all others, which those of a closed loop never do", async () => {
    await using server = await httpServer((_, response) => response.end("{}"));
    const wentFirst = async (point: LoadPoint) => (await measureOnce(server.origin, {}, { point, durationMs: 100 })).agentsInRealTime;
    expect(await wentFirst(at(300))).toBe(canGoRealTime());
    expect(await wentFirst(closedLoop)).toBe(false);
  });

  test("is refused by autocannon, with the reason", async () => {
    await using server = await httpServer((_, response) => response.end("{}"));
    const refused = measureOnce(server.origin, { engine: "autocannon" }, { point: at(100) });
    await expect(refused).rejects.toMatchObject({ code: "open-loop-unsupported", message: expect.stringContaining("back to back") });
  });
});
