/**
 * node dist/harness/testing/with-service.js IMPLEMENTATION COMMAND...: builds a service, starts it beside a Redis of its own,
 * runs the command with its address for {url}, ends all of it, and exits as the command did.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { resolveRedis } from "../redis/resolve.ts";
import { buildCandidate, findCandidate } from "../run/prepare.ts";
import { findImplementations } from "../store/catalogue.ts";
import { untilReady } from "../targets/readiness.ts";

const [name = "", command = "", ...args] = process.argv.slice(2);
const abort = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => abort.abort(new Error(`stopped by ${signal}`)));
process.exitCode = await withService(abort.signal);

async function withService(signal: AbortSignal): Promise<number> {
  const logFile = join(mkdtempSync(join(tmpdir(), "cache-bench-service-")), "service.log");
  const [implementation] = findImplementations([name], () => true);
  const found = implementation === undefined ? null : await findCandidate(implementation);
  if (found?.kind !== "candidate") throw new Error(`${name}: ${found?.status.reason ?? "unknown"}`);
  const built = await buildCandidate(found.candidate, { logFile, signal });
  if ("kind" in built) throw new Error(built.reason);
  await using redis = await (await resolveRedis(undefined, signal)).start({ cpus: null, logFile: `${logFile}.redis`, signal });
  const settings = { redisUrl: redis.url, workers: 1, l1MaxBytes: 64 * 1024 * 1024 };
  await using service = await built.launchable.launch({ settings, cpus: null, logFile, signal });
  await untilReady(service, signal);
  const given = args.map((argument) => argument.replaceAll("{url}", service.origin));
  const { exitCode } = await execa(command, given, { stdio: "inherit", reject: false, cancelSignal: signal });
  if (service.exit !== null) console.error(`the service ended meanwhile: ${service.logTail().join("\n")}`);
  return service.exit === null ? (exitCode ?? 1) : 1;
}
