/** Waiting until a service is ready, and a fault that says why it is not. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "./service.ts";

/** From the end of a container's process to the engine's word of it, with its log and state, ms: seen 100 to 500. */
const endKnownMs = 2_000;

/** The service crashed, hung, or never got ready: a fact about it, not a crash of ours. */
export class ServiceFault extends Error {
  readonly logTail: readonly string[];

  constructor(sentence: string, service: Service) {
    super(sentence);
    this.name = "ServiceFault";
    this.logTail = service.logTail();
  }
}

/** Polls /readyz until it says 200; returns the time since the start, ms. Throws a ServiceFault. */
export async function untilReady(service: Service, signal: AbortSignal, timeoutMs = 30_000): Promise<number> {
  let seen = "no answer";
  while (performance.now() - service.startedAtMs < timeoutMs) {
    signal.throwIfAborted();
    if (service.exit !== null) throw new ServiceFault(`ended before it was ready (${describeExit(service)})`, service);
    try {
      const answer = await fetch(`${service.origin}/readyz`, { signal: AbortSignal.timeout(2_000) });
      await answer.arrayBuffer();
      if (answer.status === 200) return performance.now() - service.startedAtMs;
      seen = `status ${answer.status}`;
    } catch {
      // Not listening yet.
    }
    await sleep(5);
  }
  throw new ServiceFault(`not ready after ${timeoutMs / 1000} s: /readyz gave ${seen}`, service);
}

/** Rejects with a ServiceFault when the service ends while work goes on. */
export async function whileAlive<T>(service: Service, work: Promise<T>): Promise<T> {
  const death = service.exited.then(() => {
    throw new ServiceFault(`ended while it was measured (${describeExit(service)})`, service);
  });
  try {
    return await Promise.race([work, death]);
  } catch (error) {
    // Broken connections are seen before the end of the process, and a container's end later still: the end is the cause.
    if (!(error instanceof ServiceFault)) await Promise.race([death, sleep(endKnownMs)]);
    throw error;
  }
}

/** Throws a ServiceFault when the service has ended, or does so in the moment in which that gets known. */
export async function confirmAlive(service: Service): Promise<void> {
  await whileAlive(service, sleep(endKnownMs));
}

function describeExit({ exit }: Service): string {
  if (exit === null) return "still running";
  if (exit.why) return exit.why;
  return exit.signal === null
    ? `exit code ${exit.code}`
    : `killed by ${exit.signal}${exit.signal === "SIGKILL" ? ", perhaps for memory" : ""}`;
}
