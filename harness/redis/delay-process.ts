/**
 * The program behind delay.ts. Arguments: the port to listen on, Redis's port, and how long each reply is held, ms.
 * Requests pass at once.
 */
import { connect, createServer, type Socket } from "node:net";
import { Alarm } from "../load/alarm.ts";
import { nowUs } from "../load/clock.ts";
import { shortStretchUs } from "../load/pacing.ts";

interface Held {
  readonly dueUs: number;
  readonly reply: Buffer;
  readonly to: Socket;
}

const [port = 0, redisPort = 0, delayMs = 0] = process.argv.slice(2).map(Number);
/** All are held equally long, so the oldest is always due first. */
const held: Held[] = [];
const alarm = new Alarm(release, shortStretchUs);

createServer({ noDelay: true }, (service) => {
  const redis = connect({ host: "127.0.0.1", port: redisPort, noDelay: true });
  service.pipe(redis);
  redis.on("data", (reply) => hold({ dueUs: nowUs() + delayMs * 1e3, reply, to: service }));
  // One side gone, the other goes: the service then sees what it would see without us.
  for (const [side, other] of [
    [service, redis],
    [redis, service],
  ] as const) {
    side.on("error", () => {});
    side.on("close", () => other.destroy());
  }
}).listen(port, "127.0.0.1");

function hold(reply: Held): void {
  held.push(reply);
  if (held.length === 1) alarm.set(reply.dueUs);
}

function release(): void {
  const now = nowUs();
  const due = held.findIndex(({ dueUs }) => dueUs > now);
  for (const { to, reply } of held.splice(0, due < 0 ? held.length : due)) {
    if (!to.destroyed) to.write(reply);
  }
  const [next] = held;
  if (next !== undefined) alarm.set(next.dueUs);
}
