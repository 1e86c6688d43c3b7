import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { manifestSchema } from "../core/implementation.ts";
import { acceptedConnections } from "../probes/accepted-connections.ts";
import { cpuSeconds, highWaterBytes, memoryOf } from "../probes/process-tree.ts";
import { readServiceMetrics } from "../probes/service-metrics.ts";
import { processesOfSession, readProc } from "../processes/proc.ts";
import { resolveRedis } from "../redis/resolve.ts";
import type { RedisServer } from "../redis/source.ts";
import { readJsonFile } from "../store/json-file.ts";
import { packageRoot } from "../paths.ts";
import { processTarget } from "./process.ts";
import { ServiceFault, untilReady, whileAlive } from "./readiness.ts";
import type { Service } from "./service.ts";

const folder = mkdtempSync(join(tmpdir(), "cache-bench-test-"));
const { signal } = new AbortController();
const source = join(packageRoot, "harness", "testing", "service");
const manifest = readJsonFile(join(source, "implementation.json"), manifestSchema);
let redis: RedisServer;

beforeAll(async () => {
  redis = await (await resolveRedis(undefined, signal)).start({ cpus: null, logFile: join(folder, "redis.log"), signal });
});
afterAll(() => redis[Symbol.asyncDispose]());

async function launch(fault = "none"): Promise<Service> {
  const command = ["env", `FAULT=${fault}`, process.execPath, join(source, "service.mjs")];
  const target = processTarget(
    { ...manifest, run: { command } },
    { resolve: (argument) => argument, folder, artifactBytes: 0, buildS: 0, fromScratch: true },
  );
  const settings = { redisUrl: redis.url, workers: 1, l1MaxBytes: 1_048_576 };
  return target.launch({ settings, cpus: [0], logFile: join(folder, `${fault}.log`), signal });
}

/** Local addresses of all listening TCP sockets of this machine on a port, as the kernel writes them. */
function listening(port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return ["/proc/net/tcp", "/proc/net/tcp6"]
    .flatMap((file) => (readProc(file) ?? "").split("\n"))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address = "", , state]) => address.endsWith(wanted) && state === "0A")
    .map(([, address = ""]) => address.slice(0, -5));
}

test("a service becomes ready, is seen by the probes, and is gone when disposed", async () => {
  const service = await launch();
  expect(await untilReady(service, signal)).toBeGreaterThan(0);
  const processes = service.processes();
  expect(memoryOf(processes)).toMatchObject({ rssBytes: expect.any(Number), pssBytes: expect.any(Number), processes: processes.length });
  expect(memoryOf(processes).rssBytes).toBeGreaterThan(10_000_000);
  expect(highWaterBytes(processes)).toBeGreaterThanOrEqual(memoryOf(processes).rssBytes);
  expect(cpuSeconds(processes)).toBeGreaterThan(0);
  await service[Symbol.asyncDispose]();
  expect(processesOfSession(processes[0] ?? 0)).toEqual([]);
});

test("a service and its Redis listen on 127.0.0.1 and nowhere else", async () => {
  await using service = await launch();
  await untilReady(service, signal);
  expect(listening(service.port)).toEqual(["0100007F"]);
  expect(listening(Number(new URL(redis.url).port))).toEqual(["0100007F"]);
});

test("a service runs on the processors it was given", async () => {
  await using service = await launch();
  await untilReady(service, signal);
  for (const pid of service.processes()) expect(readProc(`/proc/${pid}/status`)).toMatch(/^Cpus_allowed_list:\t0$/m);
});

test("its counts are read from its metrics, and accepted connections from the kernel", async () => {
  await using service = await launch();
  await untilReady(service, signal);
  await (await fetch(`${service.origin}/v1/cache/none`)).arrayBuffer();
  expect((await readServiceMetrics(service.origin, signal)).counts).toEqual({ "get/miss": 1 });
  expect(acceptedConnections(service.port)).toBeGreaterThan(0);
  expect(acceptedConnections(1)).toBe(0);
});

test("a service that crashes at its start is a fault that shows its log", async () => {
  await using service = await launch("crash-at-start");
  const fault = await untilReady(service, signal).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(ServiceFault);
  expect(fault).toMatchObject({
    message: expect.stringContaining("exit code 1"),
    logTail: [expect.stringContaining("cannot find its configuration")],
  });
});

test("a service that never gets ready is a fault that says what it answered", async () => {
  await using service = await launch("never-ready");
  await expect(untilReady(service, signal, 1_500)).rejects.toThrow(/not ready after 1.5 s: \/readyz gave status 503/);
});

test("a service that is killed while it is measured ends the work", async () => {
  await using service = await launch();
  await untilReady(service, signal);
  const work = whileAlive(service, new Promise(() => {}));
  service.signal("SIGKILL");
  await expect(work).rejects.toThrow(/killed by SIGKILL/);
});
