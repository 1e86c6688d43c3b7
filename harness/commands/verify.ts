/** `cache-bench verify` */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type CheckResult } from "../conformance/check.ts";
import { runChecks } from "../conformance/suite.ts";
import { exitCodes, usageError } from "../errors.ts";
import { resolveRedis } from "../redis/resolve.ts";
import { buildCandidate, checkConformance, findCandidate } from "../run/prepare.ts";
import { chooseProgress } from "../run/progress.ts";
import { cacheFolder } from "../paths.ts";
import { findImplementations } from "../store/catalogue.ts";
import { print } from "./output.ts";

export interface VerifyCommandOptions {
  readonly url?: string;
  readonly redis?: string;
  readonly json?: true;
  readonly quiet?: true;
}

/** What came of one service: its checks, or why there are none. */
type Verified = { readonly service: string } & ({ readonly checks: readonly CheckResult[] } | { readonly skipped: string } | { readonly failed: string });

export async function verifyCommand(options: VerifyCommandOptions, names: readonly string[], signal: AbortSignal): Promise<number> {
  const verified = options.url === undefined ? await verifyOurs(options, names, signal) : [await verifyUrl(options.url, options.redis, names, signal)];
  print(options.json ? JSON.stringify(verified, null, 2) : verified.map(describe).join("\n\n"));
  const broken = verified.some((one) => "failed" in one || ("checks" in one && one.checks.some(({ outcome }) => outcome === "failed")));
  if (broken) return exitCodes.implementation;
  return verified.some((one) => "checks" in one) ? exitCodes.done : exitCodes.environment;
}

async function verifyUrl(url: string, redis: string | undefined, names: readonly string[], signal: AbortSignal): Promise<Verified> {
  if (names.length > 0) throw usageError("--url checks one running service, no implementations by name", "leave out one of them");
  if (redis === undefined || !/^rediss?:\/\//.test(redis)) throw usageError("--url needs the Redis of that service", "add --redis redis://127.0.0.1:6379");
  if (!URL.canParse(url)) throw usageError(`--url ${url} is not a URL`, "give it as in http://127.0.0.1:8080");
  return { service: url, checks: await runChecks(new URL(url).origin, redis, signal) };
}

async function verifyOurs(options: VerifyCommandOptions, names: readonly string[], signal: AbortSignal): Promise<readonly Verified[]> {
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
      const at = { logFile: join(logs, `verify-${service}.log`), signal };
      const built = await buildCandidate(found.candidate, at);
      const checks = "launchable" in built ? await checkConformance(built, redisSource, at) : built;
      verified.push("kind" in checks ? { service, failed: checks.reason } : { service, checks });
    }
    return verified;
  });
}

function describe(verified: Verified): string {
  if ("skipped" in verified) return `${verified.service}: skipped, ${verified.skipped}`;
  if ("failed" in verified) return `${verified.service}: FAILED, ${verified.failed}`;
  const failed = verified.checks.filter(({ outcome }) => outcome === "failed").length;
  const lines = verified.checks.flatMap((check) =>
    check.outcome === "passed"
      ? [`  pass  ${check.id}: ${check.title}`]
      : [`  FAIL  ${check.id}: ${check.broke}`, `        expected  ${check.expected}`, `        seen      ${check.seen}`, `        again     ${check.reproduce}`],
  );
  return [`${verified.service}: ${verified.checks.length - failed} of ${verified.checks.length} checks pass`, ...lines].join("\n");
}
