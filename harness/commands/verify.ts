/** `cache-bench verify` */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { printable } from "../../report/printable.ts";
import { type CheckResult, CheckFailure, type Consistency } from "../conformance/check.ts";
import { exchange } from "../conformance/http.ts";
import { renderJunit } from "../conformance/junit.ts";
import { checks, runChecks } from "../conformance/suite.ts";
import { isBroken, summary, type Verified } from "../conformance/verified.ts";
import { environmentError, exitCodes, usageError } from "../errors.ts";
import { cacheFolder } from "../paths.ts";
import { ping } from "../redis/admin.ts";
import { isRedisUrl } from "../redis/client.ts";
import { resolveRedis } from "../redis/resolve.ts";
import { buildCandidate, checkConformance, findCandidate } from "../run/prepare.ts";
import { chooseProgress } from "../run/progress.ts";
import { findImplementations } from "../store/catalogue.ts";
import { print, table } from "./output.ts";

export interface VerifyCommandOptions {
  readonly url?: string;
  readonly redis?: string;
  readonly consistency?: Consistency;
  readonly junit?: string;
  readonly json?: true;
  readonly quiet?: true;
}

export async function verifyCommand(options: VerifyCommandOptions, names: readonly string[], signal: AbortSignal): Promise<number> {
  const verified =
    options.url === undefined ? await verifyOurs(options, names, signal) : [await verifyUrl(options.url, options, names, signal)];
  if (options.junit !== undefined) await writeFile(options.junit, renderJunit(verified));
  print(options.json ? JSON.stringify(verified, null, 2) : verified.map(describe).join("\n\n"));
  if (verified.some(isBroken)) return exitCodes.implementation;
  return verified.some((one) => "checks" in one) ? exitCodes.done : exitCodes.environment;
}

/** An implementation's name says which manifest declares what the running service leaves out. */
async function verifyUrl(url: string, options: VerifyCommandOptions, names: readonly string[], signal: AbortSignal): Promise<Verified> {
  const { redis, consistency, quiet } = options;
  if (names.length > 1) throw usageError("--url checks one running service", "name at most one implementation: the one that runs there");
  const declared = names.length === 0 ? undefined : findImplementations(names, () => true)[0];
  if (redis === undefined || !isRedisUrl(redis)) {
    throw usageError("--url needs the Redis of that service", "add --redis redis://127.0.0.1:6379");
  }
  if (!/^http:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw usageError(`--url ${url} is not an http:// URL`, "give it as in http://127.0.0.1:8080");
  const { origin } = new URL(url);
  if (!(await ping(redis)))
    throw environmentError("the Redis given by --redis does not answer", "check that it runs and that the address is right");
  await exchange({ origin, signal }, { method: "GET", target: "/livez" }).catch((error: unknown) => {
    if (!(error instanceof CheckFailure)) throw error;
    throw environmentError(`nothing answers at ${origin}: ${error.seen}`, "start the service, and give the address that it listens on");
  });
  const target = {
    origin,
    redisUrl: redis,
    capabilities: declared?.manifest.capabilities ?? null,
    launch: null,
    ...(consistency === undefined ? {} : { consistency }),
  };
  return chooseProgress({ quiet: quiet === true }).stage(`Verifying ${origin}`, async (update) => ({
    service: url,
    checks: await runChecks(target, checks, signal, update),
  }));
}

async function verifyOurs(options: VerifyCommandOptions, names: readonly string[], signal: AbortSignal): Promise<readonly Verified[]> {
  if (options.consistency !== undefined)
    throw usageError("--consistency is for --url: an implementation's metrics tell its own", "leave it out");
  const chosen = findImplementations(names.length === 0 ? undefined : names, () => true);
  const redisSource = await resolveRedis(options.redis, signal);
  const logs = join(cacheFolder(), "logs");
  await mkdir(logs, { recursive: true });
  return chooseProgress({ quiet: options.quiet === true }).stage(`Verifying ${chosen.length} services`, async (update) => {
    const verified: Verified[] = [];
    for (const implementation of chosen) {
      const service = implementation.manifest.id;
      update(service);
      const found = await findCandidate(implementation);
      if (found.kind === "skipped") {
        verified.push({ service, skipped: `${found.status.reason}; ${found.status.cure}` });
        continue;
      }
      const at = { logFile: join(logs, `verify-${service}.log`), signal, onCheck: (id: string) => update(`${service}: ${id}`) };
      const built = await buildCandidate(found.candidate, at);
      const results = "launchable" in built ? await checkConformance(built, redisSource, at, checks) : built;
      verified.push("kind" in results ? { service, failed: results.reason } : { service, checks: results });
    }
    return verified;
  });
}

function describe(verified: Verified): string {
  if ("skipped" in verified) return `${verified.service}: skipped, ${verified.skipped}`;
  if ("failed" in verified) return `${verified.service}: FAILED, ${verified.failed}`;
  const rows = verified.checks.map((check) => [String(check.number), check.id, outcomeOf(check), sentenceOf(check)]);
  return [
    `${verified.service}: ${summary(verified.checks)}`,
    table(["rule", "check", "outcome", ""], rows),
    ...verified.checks.flatMap(details),
  ].join("\n");
}

function outcomeOf(check: CheckResult): string {
  if (check.outcome === "passed") return check.flaky === undefined ? "pass" : "pass (flaky)";
  return check.outcome === "failed" ? "FAIL" : check.outcome === "skipped" ? "not done" : check.outcome;
}

function sentenceOf(check: CheckResult): string {
  switch (check.outcome) {
    case "passed":
      return check.flaky === undefined ? check.title : `${check.title}; at the first attempt: ${check.flaky}`;
    case "failed":
      return check.broke;
    case "waived":
      return `${check.declaration}; else: ${check.title}`;
    case "skipped":
      return `${check.reason}; else: ${check.title}`;
  }
}

function details(check: CheckResult): string[] {
  if (check.outcome !== "failed") return [];
  const { id, expected, seen, reproduce } = check;
  return ["", `${id}: ${check.broke}`, `  expected  ${expected}`, `  seen      ${seen}`, `  again     ${reproduce}`].map((line) =>
    printable(line),
  );
}
