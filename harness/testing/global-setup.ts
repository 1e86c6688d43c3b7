/**
 * A cache folder for all tests, gone after them: what tests build stays out of the user's, and the product's own builds,
 * compilers' caches and Redis are the user's. Redis is fetched first where there is none: some tests start the program where it could
 * not be. A calibration for the tests' load lies in it, so that not every run measures one.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { measureCeiling } from "../calibrate/ceiling.ts";
import { nullServerName, startNullServer } from "../calibrate/null-server.ts";
import { calibrationSchemaVersion } from "../core/calibration/calibration.ts";
import type { Ceiling } from "../core/calibration/ceilings.ts";
import { methodVersion } from "../core/plan.ts";
import { planTopology } from "../core/topology.ts";
import { cacheFolder } from "../paths.ts";
import { describeMachine } from "../probes/machine.ts";
import { canPin, usableCpus } from "../processes/pinning.ts";
import { resolveRedis } from "../redis/resolve.ts";
import { ceilingLoads } from "../run/find-ceilings.ts";
import { storeCalibration } from "../store/calibration.ts";
import { findImplementations } from "../store/catalogue.ts";
import { toolVersion } from "../tool.ts";
import { tinyScenario } from "./cli.ts";

export default async function setUp(): Promise<() => void> {
  const { signal } = new AbortController();
  await resolveRedis(undefined, signal);
  const users = cacheFolder();
  const folder = mkdtempSync(join(tmpdir(), "cache-bench-cache-"));
  process.env["XDG_CACHE_HOME"] = folder;
  const ids = findImplementations(undefined, () => true).map(({ manifest }) => manifest.id);
  const share = (part: string): void => {
    mkdirSync(dirname(join(cacheFolder(), part)), { recursive: true });
    symlinkSync(join(users, part), join(cacheFolder(), part));
  };
  for (const part of ["redis", ...ids.map((id) => join("builds", id))]) {
    mkdirSync(join(users, part), { recursive: true });
    share(part);
  }
  // Where there is none, a build is one from scratch, and says so.
  for (const part of ids.map((id) => join("compilers", id))) if (existsSync(join(users, part))) share(part);
  await calibrate(signal);
  return () => rmSync(folder, { recursive: true, maxRetries: 10 });
}

/** Only the ceilings: a floor of noise, the one other thing that a run uses, would only hide differences here. */
async function calibrate(signal: AbortSignal): Promise<void> {
  const topology = planTopology(usableCpus(), canPin());
  const ceilings: Ceiling[] = [];
  await using server = await startNullServer(topology.pinned ? topology.service : null, signal);
  for (const { key } of ceilingLoads([tinyScenario], { engine: "socket", connections: null }))
    ceilings.push(await measureCeiling(key, { origin: server.origin, topology, durationMs: 1_000, signal }));
  await storeCalibration({
    schemaVersion: calibrationSchemaVersion,
    methodVersion,
    tool: toolVersion,
    date: new Date().toISOString(),
    machine: describeMachine(),
    topology: topology.sentence,
    nullServer: nullServerName(),
    ceilings,
    witnesses: [],
    truth: [],
    interruptions: [],
    lagUs: { p50: 0, p90: 0, p99: 0 },
    noise: { launches: 0, throughput: null, cpu: null },
  });
}
