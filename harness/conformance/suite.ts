/** All checks, and running them. A check is added by its file and a line here. */
import { randomUUID } from "node:crypto";
import { RedisAdmin } from "../redis/admin.ts";
import { type Check, CheckFailure, type CheckResult } from "./check.ts";
import { deleted } from "./checks/deleted.ts";
import { notJson } from "./checks/not-json.ts";
import { redisBytes } from "./checks/redis-bytes.ts";
import { roundTrip } from "./checks/round-trip.ts";
import { sizeLimit } from "./checks/size-limit.ts";

export const checks: readonly Check[] = [roundTrip, deleted, redisBytes, notJson, sizeLimit];

/** Runs every check against a service; they use keys of their own, so all run side by side. Rejects only when aborted. */
export async function runChecks(origin: string, redisUrl: string, signal: AbortSignal): Promise<readonly CheckResult[]> {
  await using redis = await RedisAdmin.connect(redisUrl);
  const run = randomUUID().slice(0, 8);
  let keys = 0;
  const context = { origin, redis, signal, newKey: (word: string): string => `verify-${run}-${word}-${keys++}` };
  // Awaited here: the connection is closed when this function returns.
  return await Promise.all(checks.map((check) => runCheck(check, context)));
}

async function runCheck(check: Check, context: Parameters<Check["run"]>[0]): Promise<CheckResult> {
  const { id, title } = check;
  try {
    await check.run(context);
    return { id, title, outcome: "passed" };
  } catch (error) {
    context.signal.throwIfAborted();
    const failure = error instanceof CheckFailure ? error : new CheckFailure(String(error), "no error", "an error", `curl -i ${context.origin}/readyz`);
    return { id, title, outcome: "failed", broke: failure.message, expected: failure.expected, seen: failure.seen, reproduce: failure.reproduce };
  }
}
