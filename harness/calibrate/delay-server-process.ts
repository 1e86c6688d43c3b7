/**
 * The known-delay server, in a process of its own: answers each request after a delay that is known, and logs what it
 * really did, so that what a load generator reports can be judged. GET /log hands the log over and starts a new one.
 *
 * It sleeps until shortly before an answer is due (Alarm): on a machine of two cores a server that spins would push the
 * machine's own threads onto the generator's core, and the generator would be blamed. How late it is, it logs.
 */
import { createServer, type Socket } from "node:net";
import { delaySequence, released } from "../core/calibration/delays.ts";
import { Alarm } from "../load/alarm.ts";
import { nowUs } from "../load/clock.ts";
import { openWire, type Wire } from "../load/engines/wire.ts";
import { arrivedUs as cameUs } from "../load/turn.ts";
import { readProc } from "../processes/proc.ts";
import { goFirst } from "../processes/priority.ts";
import type { DelayLog, DelayServerOptions } from "./delay-server.ts";
import { EarliestFirst } from "./earliest-first.ts";
import { nullAnswer } from "./null-answer.ts";
import { RequestCounter } from "./request-counter.ts";

interface Waiting {
  readonly wire: Wire;
  /** 0, 1, ... in the order of arrival. */
  readonly ordinal: number;
  readonly arrivedUs: number;
  readonly dueUs: number;
}

const { port, lastStretchUs, delay, stall, seed } = JSON.parse(process.argv[2] ?? "") as DelayServerOptions & {
  readonly port: number;
  readonly lastStretchUs: number;
};
const waiting = new EarliestFirst<Waiting>();
/** Made with the first request: its thread goes first where this one has been told to by then. */
let alarm: Alarm | null = null;
let log = emptyLog();
let waitAtStartUs = processorWaitUs();
let nextDelayUs = delaySequence(delay, seed);
let firstUs: number | null = null;
/** Whether the alarm will be set when all that this turn of the event loop reads is read. */
let reading = false;

// What is judged is the generator, not this process.
goFirst();

const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

createServer({ noDelay: true }, (socket) => {
  const requests = new RequestCounter();
  socket.on("error", () => socket.destroy());
  const wire = openWire(socket, readBuffer, {
    read(length) {
      const piece = readBuffer.subarray(0, length);
      if (piece.toString("latin1", 0, 9) === "GET /log ") return handOver(socket);
      for (let due = requests.push(piece); due > 0; due--) arrive(wire);
    },
  });
}).listen({ host: "127.0.0.1", port, backlog: 4_096 });

function arrive(wire: Wire): void {
  const arrivedUs = cameUs(nowUs());
  if (!reading) {
    reading = true;
    setImmediate(() => {
      reading = false;
      setAlarm();
    });
  }
  firstUs ??= arrivedUs;
  const dueUs = firstUs + released(arrivedUs - firstUs + nextDelayUs(), stall);
  waiting.add(dueUs, { wire, ordinal: log.heldUs.length, arrivedUs, dueUs });
  log.arrivedUs.push(Math.round(arrivedUs - firstUs));
  log.heldUs.push(-1);
  log.lateUs.push(-1);
}

function answerDue(): void {
  while (waiting.nextUs <= nowUs()) {
    const next = waiting.take();
    if (next === undefined) return;
    next.wire.write(nullAnswer);
    // What the write took is this server's time.
    const atUs = nowUs();
    log.heldUs[next.ordinal] = Math.round(atUs - next.arrivedUs);
    log.lateUs[next.ordinal] = Math.round(atUs - next.dueUs);
  }
  setAlarm();
}

function setAlarm(): void {
  if (waiting.nextUs === Infinity) return;
  alarm ??= new Alarm(answerDue, lastStretchUs);
  alarm.set(waiting.nextUs);
}

/** Between two load points nothing waits; the next one gets the same delays from the start. */
function handOver(socket: Socket): void {
  const waitUs = processorWaitUs();
  const taken: DelayLog = { ...log, waitUs: waitUs === null || waitAtStartUs === null ? null : waitUs - waitAtStartUs };
  const body = JSON.stringify(taken);
  log = emptyLog();
  waitAtStartUs = waitUs;
  nextDelayUs = delaySequence(delay, seed);
  firstUs = null;
  socket.end(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
}

function emptyLog(): { readonly arrivedUs: number[]; readonly heldUs: number[]; readonly lateUs: number[] } {
  return { arrivedUs: [], heldUs: [], lateUs: [] };
}

/** How long this thread could have run and had no processor, so far (the second field of schedstat, ns); null: not told. */
function processorWaitUs(): number | null {
  const waitNs = readProc("/proc/self/schedstat")?.split(" ")[1];
  return waitNs === undefined ? null : Number(waitNs) / 1e3;
}
