/** What a scenario does beside its open loop: take Redis away, or write through a second instance and watch the first. */
import { setTimeout as sleep } from "node:timers/promises";
import { stalenessLimitMs } from "../core/own-metrics.ts";
import type { LoadPointResult } from "../core/result.ts";
import type { Scenario } from "../core/scenario.ts";
import type { RedisAdmin } from "../redis/admin.ts";
import { ServiceFault } from "../targets/readiness.ts";
import type { Service } from "../targets/service.ts";

export interface BesideOptions {
  readonly scenario: Scenario;
  readonly admin: RedisAdmin;
  readonly service: Service;
  /** Null unless the scenario has one. */
  readonly second: Service | null;
  readonly windowMs: number;
  readonly signal: AbortSignal;
}

/** Runs for the length of the window. */
export async function besideOpenLoop({
  scenario,
  admin,
  service,
  second,
  windowMs,
  signal,
}: BesideOptions): Promise<LoadPointResult["beside"]> {
  if (scenario.redisPause !== undefined) return { redisPause: await pauseRedis(scenario.redisPause, admin, signal) };
  if (second !== null) return await watchStaleness(second, service, performance.now() + windowMs, signal);
  return {};
}

/** Window in which Redis answered nobody, ms from now. */
async function pauseRedis(
  { afterMs, durationMs }: NonNullable<Scenario["redisPause"]>,
  admin: RedisAdmin,
  signal: AbortSignal,
): Promise<{ startMs: number; endMs: number }> {
  const windowAtMs = performance.now();
  await sleep(afterMs, undefined, { signal });
  await admin.pause(durationMs);
  const startMs = performance.now() - windowAtMs;
  // This call waits until the pause is over, as every other does.
  await admin.keyCount();
  return { startMs, endMs: performance.now() - windowAtMs };
}

/** Not in the workload's key space. */
const probePath = "/v1/cache/staleness-probe";
const betweenWritesMs = 50;

type Asked = NonNullable<LoadPointResult["beside"]["asked"]>;

/**
 * Again and again until `untilMs`: the reader takes the key into L1, the writer overwrites it, and the reader is asked until it
 * gives the new value. A sample is the time from the answer to the write to the last older answer, 0 where none was older.
 */
async function watchStaleness(
  writer: Service,
  reader: Service,
  untilMs: number,
  signal: AbortSignal,
): Promise<{ stalenessMs: number[]; asked: Asked }> {
  const stalenessMs: number[] = [];
  const asked: Asked = { get: {}, put: {} };
  for (let version = 1; performance.now() < untilMs; version++) {
    signal.throwIfAborted();
    await read(reader, asked, signal);
    await write(writer, version, signal);
    const writtenAtMs = performance.now();
    let staleMs = 0;
    while (staleMs < stalenessLimitMs && (await read(reader, asked, signal)) !== version) staleMs = performance.now() - writtenAtMs;
    // Where nobody tells the reader, the next sample starts from its own write, so that it holds what is current.
    if (staleMs >= stalenessLimitMs) count(asked.put, await write(reader, version, signal));
    stalenessMs.push(Math.min(staleMs, stalenessLimitMs));
    await sleep(betweenWritesMs, undefined, { signal });
  }
  return { stalenessMs, asked };
}

async function read({ origin }: Service, asked: Asked, signal: AbortSignal): Promise<number | null> {
  const answer = await fetch(`${origin}${probePath}`, { signal });
  const body = await answer.text();
  count(asked.get, answer.status);
  return answer.status === 200 ? Number(body) : null;
}

async function write(service: Service, version: number, signal: AbortSignal): Promise<number> {
  const answer = await fetch(`${service.origin}${probePath}`, { method: "PUT", body: String(version), signal });
  await answer.arrayBuffer();
  if (answer.status !== 204) throw new ServiceFault(`a write beside the load was answered with ${answer.status}`, service);
  return answer.status;
}

function count(statuses: Record<string, number>, status: number): void {
  statuses[status] = (statuses[status] ?? 0) + 1;
}
