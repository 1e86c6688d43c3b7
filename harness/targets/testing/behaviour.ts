/** What every target must do, told by one suite: start, ready, stop, kill, crash, hang, logs, pins, probes. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { manifestSchema } from "../../core/implementation.ts";
import { packageRoot } from "../../paths.ts";
import { readServiceMetrics } from "../../probes/service-metrics.ts";
import { processStat, readProc } from "../../processes/proc.ts";
import { resolveRedis } from "../../redis/resolve.ts";
import type { RedisServer } from "../../redis/source.ts";
import { readJsonFile } from "../../store/json-file.ts";
import { hashSource } from "../build.ts";
import { ServiceFault, untilReady, whileAlive } from "../readiness.ts";
import type { Launchable, Service } from "../service.ts";
import type { Target } from "../target.ts";

const { signal } = new AbortController();
const source = join(packageRoot, "harness", "testing", "service");

/** The test service on a target, broken in the way named. */
export interface Launcher {
  (fault?: string): Promise<Service>;
  readonly folder: string;
}

export function testLauncher(open: () => Promise<Target>): Launcher {
  const folder = mkdtempSync(join(tmpdir(), "cache-bench-test-"));
  let redis: RedisServer;
  let launchable: Launchable;
  beforeAll(async () => {
    const implementation = { folder: source, manifest: readJsonFile(join(source, "implementation.json"), manifestSchema) };
    const toolchain = { command: "node", version: process.version };
    const target = await open();
    const build = { implementation, toolchain, sourceHash: await hashSource(source), logFile: join(folder, "build.log"), signal };
    ({ launchable } = await target.build(build));
    redis = await (target.redisSource ?? (await resolveRedis(undefined, signal))).start({
      cpus: null,
      logFile: join(folder, "redis.log"),
      signal,
    });
  });
  afterAll(() => redis[Symbol.asyncDispose]());
  const launch = (fault = "none"): Promise<Service> =>
    launchable.launch({
      settings: { redisUrl: redis.url, workers: 1, l1MaxBytes: 1_048_576, extra: { FAULT: fault } },
      cpus: [0],
      logFile: join(folder, `${fault}.log`),
      signal,
    });
  test("the Redis of a trial listens on 127.0.0.1 and nowhere else", () => {
    expect(listening(Number(new URL(redis.url).port))).toEqual(["0100007F"]);
  });
  return Object.assign(launch, { folder });
}

/** Local addresses of all listening TCP sockets of this machine on a port, as the kernel writes them. */
export function listening(port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return ["/proc/net/tcp", "/proc/net/tcp6"]
    .flatMap((file) => (readProc(file) ?? "").split("\n"))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address = "", , state]) => address.endsWith(wanted) && state === "0A")
    .map(([, address = ""]) => address.slice(0, -5));
}

async function ready(launch: Launcher, fault?: string): Promise<Service> {
  const service = await launch(fault);
  await untilReady(service, signal);
  return service;
}

export function behavesAsTarget(launch: Launcher): void {
  test("a service becomes ready, is seen by the probes, and is gone when disposed", async () => {
    const service = await launch();
    expect(await untilReady(service, signal)).toBeGreaterThan(0);
    const pids = service.processes();
    expect(pids.length).toBeGreaterThan(0);
    const memory = await service.probe.memory();
    expect(memory).toMatchObject({ processes: pids.length });
    expect(memory.rssBytes).toBeGreaterThan(10_000_000);
    expect(memory.pssBytes).toBeGreaterThan(10_000_000);
    expect(await service.probe.highWaterBytes()).toBeGreaterThanOrEqual(memory.rssBytes);
    expect(await service.probe.cpuSeconds()).toBeGreaterThan(0);
    await service[Symbol.asyncDispose]();
    expect(pids.map(processStat).filter((stat) => stat !== null && !stat.zombie)).toEqual([]);
  });

  test("processor time grows with work", async () => {
    await using service = await ready(launch);
    const before = (await service.probe.cpuSeconds()) ?? Infinity;
    for (let request = 0; request < 200; request++) await (await fetch(`${service.origin}/v1/cache/none`)).arrayBuffer();
    expect(await service.probe.cpuSeconds()).toBeGreaterThan(before);
  });

  test("a service listens on 127.0.0.1 and nowhere else", async () => {
    await using service = await ready(launch);
    expect(listening(service.port)).toEqual(["0100007F"]);
  });

  test("a service runs on the processors it was given", async () => {
    await using service = await ready(launch);
    const pids = service.processes();
    expect(pids.length).toBeGreaterThan(0);
    for (const pid of pids) expect(readProc(`/proc/${pid}/status`)).toMatch(/^Cpus_allowed_list:\t0$/m);
  });

  test("its counts are read from its metrics, and accepted connections from the kernel", async () => {
    await using service = await ready(launch);
    await (await fetch(`${service.origin}/v1/cache/none`)).arrayBuffer();
    expect((await readServiceMetrics(service.origin, signal)).counts).toEqual({ "get/miss": 1 });
    expect(await service.probe.acceptedConnections()).toBeGreaterThan(0);
  });

  test("a service that crashes at its start is a fault that shows its log, which is kept", async () => {
    {
      await using service = await launch("crash-at-start");
      const fault = await untilReady(service, signal).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(ServiceFault);
      expect(fault).toMatchObject({
        message: expect.stringContaining("exit code 1"),
        logTail: [expect.stringContaining("cannot find its configuration")],
      });
    }
    expect(readFileSync(join(launch.folder, "crash-at-start.log"), "utf8")).toContain("cannot find its configuration");
  });

  test("a service that never gets ready is a fault that says what it answered", async () => {
    await using service = await launch("never-ready");
    await expect(untilReady(service, signal, 4_000)).rejects.toThrow(/not ready after 4 s: \/readyz gave status 503/);
  });

  test("a service that is killed while it is measured ends the work", async () => {
    await using service = await ready(launch);
    const work = whileAlive(service, new Promise(() => {}));
    service.signal("SIGKILL");
    await expect(work).rejects.toThrow(/killed by SIGKILL/);
  });

  test("a service that is asked to stop ends by itself, with exit code 0", async () => {
    await using service = await ready(launch, "drops-at-sigterm");
    service.signal("SIGTERM");
    expect(await service.exited).toMatchObject({ code: 0, signal: null });
  });

  test("a service that hangs answers nothing and is ended all the same", async () => {
    const service = await ready(launch);
    const pids = service.processes();
    service.signal("SIGSTOP");
    for (let attempt = 0; attempt < 200 && !isStopped(pids[0]); attempt++) await sleep(20);
    await expect(fetch(`${service.origin}/readyz`, { signal: AbortSignal.timeout(300) })).rejects.toThrow(/timeout/);
    await service[Symbol.asyncDispose]();
    expect(pids.map(processStat).filter((stat) => stat !== null && !stat.zombie)).toEqual([]);
  });
}

function isStopped(pid = 0): boolean {
  return /^State:\tT/m.test(readProc(`/proc/${pid}/status`) ?? "");
}
