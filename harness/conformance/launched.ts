/** Checks a built service: launched here, and launched again by the checks that need other settings or a second instance. */
import { confirmAlive, untilReady, whileAlive } from "../targets/readiness.ts";
import type { Launchable, Service } from "../targets/service.ts";
import type { Capability, Check, CheckResult, Consistency, Launcher } from "./check.ts";
import { runChecks } from "./suite.ts";

/** Settings of every launch unless a check asks for others. */
const usual = { workers: 1, l1MaxBytes: 64 * 1024 * 1024 };

export interface Launched {
  readonly launchable: Launchable;
  readonly capabilities: Readonly<Record<Capability, boolean>>;
  /** What the manifest promises for one worker: its own word in cache_info could be a weaker one. */
  readonly consistency: Consistency;
  readonly redisUrl: string;
  readonly logFile: string;
  readonly signal: AbortSignal;
  /** Told the id of each check that begins. */
  readonly onCheck?: ((id: string) => void) | undefined;
}

/** Throws a ServiceFault when the service does not get ready or ends; rejects with the signal's reason when aborted. */
export async function checkLaunched(
  { launchable, capabilities, consistency, redisUrl, logFile, signal, onCheck }: Launched,
  chosen: readonly Check[],
): Promise<readonly CheckResult[]> {
  const ended = new AbortController();
  const during = AbortSignal.any([signal, ended.signal]);
  const launch: Launcher = (settings) =>
    launchReady(() => launchable.launch({ settings: { ...usual, ...settings, redisUrl }, cpus: null, logFile, signal: during }), during);
  await using service = await launch();
  const checking = runChecks({ origin: service.origin, redisUrl, capabilities, consistency, launch }, chosen, during, onCheck);
  try {
    const results = await whileAlive(service, checking);
    // A service that died fails checks; that it died is the reason.
    if (results.some(({ outcome }) => outcome === "failed")) await confirmAlive(service);
    return results;
  } finally {
    // When the service died, its checks end too before anything else begins.
    ended.abort();
    await checking.catch(() => {});
  }
}

async function launchReady(launch: () => Promise<Service>, signal: AbortSignal): Promise<Service> {
  const service = await launch();
  try {
    await untilReady(service, signal);
    return service;
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
}
