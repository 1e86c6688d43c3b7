/** All checks, and running them. A check is added by its file and a line here. */
import { randomUUID } from "node:crypto";
import { keyPrefix, RedisAdmin } from "../redis/admin.ts";
import { connectRedis, type RedisClient } from "../redis/client.ts";
import {
  type Capability,
  type Check,
  type CheckContext,
  CheckFailure,
  type CheckResult,
  type Consistency,
  type Launcher,
} from "./check.ts";
import { connections } from "./checks/connections.ts";
import { counted } from "./checks/counted.ts";
import { deleted } from "./checks/deleted.ts";
import { expiry } from "./checks/expiry.ts";
import { foreignWrite } from "./checks/foreign-write.ts";
import { freshElsewhere } from "./checks/fresh-elsewhere.ts";
import { keys } from "./checks/keys.ts";
import { l1Bound } from "./checks/l1-bound.ts";
import { l1Real } from "./checks/l1-real.ts";
import { lostInvalidation } from "./checks/lost-invalidation.ts";
import { methods } from "./checks/methods.ts";
import { notFrozen } from "./checks/not-frozen.ts";
import { notJson } from "./checks/not-json.ts";
import { problems } from "./checks/problems.ts";
import { readYourWrites } from "./checks/read-your-writes.ts";
import { redisAway } from "./checks/redis-away.ts";
import { redisBytes } from "./checks/redis-bytes.ts";
import { roundTrip } from "./checks/round-trip.ts";
import { severalWorkers } from "./checks/several-workers.ts";
import { sigterm } from "./checks/sigterm.ts";
import { singleFlight } from "./checks/single-flight.ts";
import { sizeLimit } from "./checks/size-limit.ts";
import { slowClients } from "./checks/slow-clients.ts";
import { ttl } from "./checks/ttl.ts";
import { consistencyOf, readMetrics } from "./metrics.ts";

/** In the order of the rules. */
export const checks: readonly Check[] = [
  roundTrip,
  deleted,
  readYourWrites,
  severalWorkers,
  freshElsewhere,
  lostInvalidation,
  ttl,
  expiry,
  redisBytes,
  foreignWrite,
  keys,
  notJson,
  sizeLimit,
  l1Bound,
  l1Real,
  singleFlight,
  redisAway,
  counted,
  notFrozen,
  sigterm,
  connections,
  methods,
  problems,
  slowClients,
];

export const quickChecks: readonly Check[] = checks.filter(({ quick }) => quick);

/** The service under test: a running one, and what is known of it. */
export interface Target {
  readonly origin: string;
  readonly redisUrl: string;
  /** Of the manifest; null for a service that has none here: then nothing is waived. */
  readonly capabilities: Readonly<Record<Capability, boolean>> | null;
  readonly launch: Launcher | null;
  /** What the service says of itself when absent. */
  readonly consistency?: Consistency;
}

/** Runs checks: those that disturb nothing side by side, then each of the others alone. Rejects only when aborted. */
export async function runChecks(
  target: Target,
  chosen: readonly Check[],
  signal: AbortSignal,
  onCheck: (id: string) => void = () => {},
): Promise<readonly CheckResult[]> {
  await using redis = await RedisAdmin.connect(target.redisUrl);
  const control = await connectRedis(target.redisUrl);
  const used: string[] = [];
  const run = randomUUID().slice(0, 8);
  const newKey = (word: string): string => {
    const key = `verify-${run}-${word}-${used.length}`;
    used.push(keyPrefix + key);
    return key;
  };
  try {
    const { origin, redisUrl, launch, capabilities } = target;
    const invalidates = capabilities?.invalidation ?? true;
    const consistency = target.consistency ?? (await consistencyOfService(target, signal));
    const context: CheckContext = { origin, redisUrl, launch, invalidates, consistency, redis, control, signal, newKey };
    const results = new Map<Check, CheckResult>();
    const runOne = async (check: Check): Promise<void> => void results.set(check, await runCheck(check, target, context, onCheck));
    await Promise.all(chosen.filter(({ alone }) => !alone).map(runOne));
    for (const check of chosen.filter(({ alone }) => alone)) await runOne(check);
    return chosen.map((check) => results.get(check) ?? { ...introduce(check), outcome: "skipped", reason: "not run" });
  } finally {
    await removeKeys(control, used);
    control.disconnect();
  }
}

/** Without /metrics the check of the metrics says so; here it only means the strictest. */
async function consistencyOfService(target: Target, signal: AbortSignal): Promise<Consistency> {
  return readMetrics({ origin: target.origin, signal }).then(consistencyOf, () => "read-your-writes");
}

async function runCheck(
  check: Check,
  { capabilities }: Target,
  context: CheckContext,
  onCheck: (id: string) => void,
): Promise<CheckResult> {
  const about = introduce(check);
  const { waivedBy } = check;
  if (waivedBy !== undefined && capabilities?.[waivedBy] === false) {
    return { ...about, outcome: "waived", declaration: `the manifest declares ${waivedBy}: false` };
  }
  const { launch } = context;
  const work = check.needs !== "launch" ? () => check.run(context) : launch === null ? null : () => check.run({ ...context, launch });
  if (work === null) return { ...about, outcome: "skipped", reason: "needs launches of its own, which a running service does not give" };

  onCheck(check.id);
  const started = performance.now();
  const attempt = async (): Promise<CheckFailure | null> => {
    try {
      await work();
      return null;
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof CheckFailure) return error;
      return new CheckFailure(`the check could not be done: ${String(error)}`, "no error", "an error", `curl -i ${context.origin}/readyz`);
    }
  };
  const first = await attempt();
  const last = first !== null && (check.timeCritical || first.mayBeHiccup) ? await attempt() : first;
  const durationS = Math.round(performance.now() - started) / 1_000;
  if (last !== null) {
    const { message, expected, seen, reproduce } = last;
    return { ...about, outcome: "failed", durationS, broke: message, expected, seen, reproduce };
  }
  return { ...about, outcome: "passed", durationS, ...(first === null ? {} : { flaky: `${first.message}; seen ${first.seen}` }) };
}

const introduce = ({ id, number, title }: Check) => ({ id, number, title });

/** What the checks wrote is not left behind in a Redis that may be somebody's. */
async function removeKeys(control: RedisClient, used: readonly string[]): Promise<void> {
  // A Redis that is gone has failed the checks already.
  await Promise.all(used.map((key) => control.unlink(key).catch(() => {})));
}
