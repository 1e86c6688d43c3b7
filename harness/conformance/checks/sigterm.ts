import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "../../targets/service.ts";
import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import { exchange, expectStatus, getKey, judgeStatus, pathOf, putKey } from "../http.ts";
import { Connection, encodeRequest, NoAnswer } from "../raw-http.ts";
import { sleepUntil } from "../time.ts";

/** The listener stays this long after SIGTERM; asked a little before, ms. */
const [listenerMs, marginMs] = [500, 100];
const exitMs = 5_000;
const [loops, idle] = [10, 10];

export const sigterm: Check = {
  id: "sigterm",
  number: 17,
  title: "SIGTERM: readyz 503 at once, the listener stays 500 ms, no request is lost, exit 0 within 5 s",
  needs: "launch",
  alone: true,
  timeCritical: true,
  async run(context) {
    await using service = await context.launch();
    const site = { ...context, origin: service.origin };
    const key = context.newKey("drained");
    await expectStatus(site, putKey(key, "1"), 204);
    const open = (): Promise<Connection> => Connection.open(site.origin, site.signal);
    const [idles, busy, slow] = await Promise.all([Promise.all(many(idle, open)), Promise.all(many(loops, open)), open()]);
    try {
      // Idle connections are known to the service only once they have served something.
      for (const connection of idles) judgeStatus(site, getKey(key), await exchange(site, getKey(key), connection), 200);
      slow.send(encodeRequest("PUT", pathOf(context.newKey("drained")), { "Content-Length": "11" }, Buffer.from('"half')));
      const signalMs = performance.now() + 100;
      await Promise.all([
        sleepUntil(signalMs).then(() => service.signal("SIGTERM")),
        expectDraining(site, signalMs),
        expectListening(site, signalMs),
        ...idles.map((connection, index) => useLater(connection, key, signalMs, (index * (listenerMs - marginMs)) / idle)),
        ...busy.map((connection) => loop(connection, key, signalMs + exitMs)),
        finish(slow, signalMs + listenerMs + marginMs),
      ]);
      await expectExit(service, signalMs);
    } finally {
      for (const connection of [...idles, ...busy, slow]) connection[Symbol.dispose]();
    }
  },
};

const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const again =
  "start the service, keep connections busy (cache-bench load --url ...), kill -TERM its process, and look for requests without an answer";

async function expectDraining(site: CheckContext, signalMs: number): Promise<void> {
  // "At once" leaves a signal the time to be handled.
  await sleepUntil(signalMs + 50);
  await expectStatus(site, { method: "GET", target: "/readyz" }, 503, "after SIGTERM, readyz");
}

/** New connections are still served. */
async function expectListening(site: CheckContext, signalMs: number): Promise<void> {
  await sleepUntil(signalMs + listenerMs - marginMs);
  try {
    await expectStatus(site, { method: "GET", target: "/livez" }, 200, `${listenerMs - marginMs} ms after SIGTERM, livez`);
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    throw new CheckFailure(
      `the listener is gone before ${listenerMs} ms are over`,
      "a new connection is served",
      error.seen,
      error.reproduce,
    );
  }
}

/** Requests one after the other until an answer says that the connection closes, or an idle moment in which it did. */
async function loop(connection: Connection, key: string, endMs: number): Promise<void> {
  for (let last = ""; last !== "close" && performance.now() < endMs;) {
    if (connection.ended !== null) return;
    last = await ask(connection, key, "a request on a busy connection is lost");
  }
}

async function useLater(connection: Connection, key: string, signalMs: number, afterMs: number): Promise<void> {
  await sleepUntil(signalMs + afterMs);
  await ask(connection, key, `a request ${Math.round(afterMs)} ms after SIGTERM, on an idle connection opened before, is lost`);
}

/** The answer's Connection field. */
async function ask(connection: Connection, key: string, broke: string): Promise<string> {
  connection.send(encodeRequest("GET", pathOf(key)));
  const { status, headers } = await answerOf(connection, broke);
  if (status !== 200) throw new CheckFailure(broke, "200", String(status), again);
  return headers.get("connection")?.toLowerCase() ?? "";
}

/** A body that was half sent at SIGTERM. */
async function finish(connection: Connection, atMs: number): Promise<void> {
  await sleepUntil(atMs);
  connection.send('-sent"');
  const broke = "a request that was under way at SIGTERM is lost";
  const { status } = await answerOf(connection, broke);
  if (status !== 204) throw new CheckFailure(broke, "204", String(status), again);
}

async function answerOf(connection: Connection, broke: string): ReturnType<Connection["answer"]> {
  try {
    return await connection.answer();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new CheckFailure(broke, "an answer", error.message, again);
  }
}

async function expectExit(service: Service, signalMs: number): Promise<void> {
  const late = Symbol("late");
  const leftMs = signalMs + exitMs - performance.now();
  const exit = await Promise.race([service.exited, sleep(Math.max(leftMs, 0), late)]);
  if (exit === late)
    throw new CheckFailure(
      "the process is still there after SIGTERM",
      `exit within ${exitMs / 1_000} s`,
      "still running",
      "kill -TERM PID; sleep 5; ps PID",
    );
  const { code, signal } = exit as Awaited<Service["exited"]>;
  if (code !== 0)
    throw new CheckFailure(
      "the process does not end cleanly after SIGTERM",
      "exit code 0",
      signal ?? `exit code ${code}`,
      "kill -TERM PID",
    );
}
