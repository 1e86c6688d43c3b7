/** Cold start: from exec of the service to its first correct answer. */
import { connect } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { median } from "simple-statistics";
import { ProcessGroup } from "../processes/group.ts";
import { RedisAdmin } from "../redis/admin.ts";
import { ServiceFault } from "../targets/readiness.ts";
import type { Launch, Launchable, Service } from "../targets/service.ts";

const key = "cold-start";
const value = Buffer.from('{"cold":"start"}');
const timeoutMs = 30_000;

/** Puts the value that every cold start asks for into Redis. */
export async function seedColdStart(redisUrl: string, signal: AbortSignal): Promise<void> {
  await using admin = await RedisAdmin.connect(redisUrl);
  await admin.loadDataSet([[key, value]], 3_600, signal);
}

/** Launches once and polls without a pause until GET gives the stored bytes. Throws a ServiceFault. */
export async function measureColdStart(launchable: Launchable, launch: Launch): Promise<{ sampleMs: number; pollGapMs: number }> {
  await using service = await launchable.launch(launch);
  let previousMs = service.startedAtMs;
  while (performance.now() - service.startedAtMs < timeoutMs) {
    launch.signal.throwIfAborted();
    if (service.exit !== null) throw new ServiceFault("ended during its cold start", service);
    const pollMs = performance.now();
    if (await answersCorrectly(service)) return { sampleMs: performance.now() - service.startedAtMs, pollGapMs: pollMs - previousMs };
    previousMs = pollMs;
    await nextTurn();
  }
  throw new ServiceFault(`no correct answer within ${timeoutMs / 1000} s of its start`, service);
}

/**
 * What a program that does nothing takes from exec to its end, started the same way (taskset, then itself), ms, median of
 * 11: no cold start can be shorter.
 */
export async function measureLaunchOverhead(cpus: readonly number[] | null, logFile: string, cwd: string): Promise<number> {
  const samples: number[] = [];
  for (let run = 0; run < 11; run++) {
    await using group = await ProcessGroup.start({ command: ["true"], cwd, env: { PATH: process.env["PATH"] }, logFile, cpus });
    await group.exited;
    samples.push(performance.now() - group.executedAtMs);
  }
  return median(samples);
}

/** One connection, one GET; true as soon as 200 and the stored bytes are here. */
function answersCorrectly({ origin, port }: Service): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const socket = connect({ host: new URL(origin).hostname, port, noDelay: true });
    const settle = (correct: boolean): void => {
      socket.destroy();
      resolve(correct);
    };
    socket.setTimeout(1_000, () => settle(false));
    socket.once("connect", () => socket.write(`GET /v1/cache/${key} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`));
    socket.on("data", (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.includes("\r\n\r\n") && !answer.toString("latin1").startsWith("HTTP/1.1 200 ")) settle(false);
      else if (answer.subarray(-value.length).equals(value)) settle(true);
    });
    socket.on("error", () => {});
    socket.once("close", () => resolve(false));
  });
}
