/** From chosen implementations to services that are built and checked, or to the reason why not. */
import type { ImplementationResult } from "../core/result.ts";
import type { Check, CheckResult } from "../conformance/check.ts";
import { checkLaunched, type Launched } from "../conformance/launched.ts";
import { quickChecks } from "../conformance/suite.ts";
import { UserError, exitCodes, messageOf } from "../errors.ts";
import type { RedisSource } from "../redis/source.ts";
import type { Implementation } from "../store/catalogue.ts";
import { hashSource } from "../targets/build.ts";
import { processes } from "../targets/processes.ts";
import { countSource } from "../targets/source-facts.ts";
import { ServiceFault } from "../targets/readiness.ts";
import type { Launchable } from "../targets/service.ts";
import type { Target } from "../targets/target.ts";

export type Status = ImplementationResult["status"];
type Failed = Extract<Status, { kind: "failed" }>;

/** An implementation whose toolchain is there. */
export interface Candidate {
  readonly target: Target;
  readonly implementation: Implementation;
  readonly toolchain: { readonly command: string; readonly version: string };
  readonly sourceHash: string;
}

export type Found =
  | { readonly kind: "candidate"; readonly candidate: Candidate }
  | { readonly kind: "skipped"; readonly implementation: Implementation; readonly status: Extract<Status, { kind: "skipped" }> };

export async function findCandidate(implementation: Implementation, target: Target = processes): Promise<Found> {
  const toolchain = await target.find(implementation);
  if (toolchain.kind === "missing")
    return { kind: "skipped", implementation, status: { kind: "skipped", reason: toolchain.reason, cure: toolchain.cure } };
  return { kind: "candidate", candidate: { target, implementation, toolchain, sourceHash: await hashSource(implementation.folder) } };
}

/** A service that is ready to be measured. */
export interface Built {
  readonly candidate: Candidate;
  readonly launchable: Launchable;
  readonly status: Extract<Status, { kind: "measured" }>;
}

export interface PrepareOptions {
  readonly logFile: string;
  readonly signal: AbortSignal;
}

/** Rejects only when aborted or when something of ours is broken. */
export async function buildCandidate(candidate: Candidate, { logFile, signal }: PrepareOptions): Promise<Built | Failed> {
  const { target, implementation, toolchain, sourceHash } = candidate;
  try {
    const { launchable, ...product } = await target.build({ implementation, toolchain, sourceHash, logFile, signal });
    const source = await countSource(implementation.folder, implementation.manifest.language);
    return { candidate, launchable, status: { kind: "measured", sourceHash, ...product, source, passedChecks: [], failedChecks: [] } };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof UserError) || error.exitCode !== exitCodes.implementation) throw error;
    return { kind: "failed", stage: "build", reason: error.message, cure: error.cure };
  }
}

/** The checks' results, on a Redis and a launch of their own; a Failed when the service does not get that far. */
export async function checkConformance(
  { launchable, candidate }: Built,
  redisSource: RedisSource,
  { logFile, signal, onCheck }: PrepareOptions & Pick<Launched, "onCheck">,
  chosen: readonly Check[] = quickChecks,
): Promise<readonly CheckResult[] | Failed> {
  await using redis = await redisSource.start({ cpus: null, logFile: `${logFile}.redis`, signal });
  try {
    const { capabilities, consistency } = candidate.implementation.manifest;
    return await checkLaunched({ launchable, capabilities, consistency, redisUrl: redis.url, logFile, signal, onCheck }, chosen);
  } catch (error) {
    signal.throwIfAborted();
    const tail = error instanceof ServiceFault && error.logTail.length > 0 ? `\n${error.logTail.join("\n")}` : "";
    return {
      kind: "failed",
      stage: "launch",
      reason: `${messageOf(error)}${tail}`,
      cure: "mend what the service's log names; the whole of it is in the run's logs folder",
    };
  }
}

/** Ids of the checks with that outcome. */
export function checksThat(outcome: "passed" | "failed", results: readonly CheckResult[]): string[] {
  return results.flatMap((result) => (result.outcome === outcome ? [result.id] : []));
}

/** The first failed check, as the reason why an implementation is not measured. */
export function nonconforming(id: string, results: readonly CheckResult[]): Failed | null {
  const failed = results.filter((result) => result.outcome === "failed");
  const [first] = failed;
  if (first === undefined) return null;
  const more = failed.length > 1 ? ` (${failed.length} checks fail: ${failed.map((result) => result.id).join(", ")})` : "";
  return {
    kind: "failed",
    stage: "conformance",
    reason: `${first.id}: ${first.broke}; expected ${first.expected}, seen ${first.seen}${more}`,
    cure: `cache-bench verify ${id} shows all of it`,
  };
}
