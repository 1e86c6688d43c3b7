/**
 * Every connection sends its next request when it has its answer. The window counts what happens in it: answers to requests
 * sent before it are in, and requests unanswered at its end are in flight, so that
 * inFlightAtStart + sent = received + timedOut + failed + inFlightAtEnd holds exactly.
 */
import { nowUs } from "../clock.ts";
import type { LoopMeasurement } from "../messages.ts";
import { Recorder, type NotOpened } from "../recorder.ts";
import { ResourceWindow } from "../resources.ts";
import { countOpen, Overdue, sweepMs, type Connection, type Loop, type LoopSetup, type LossKind } from "./loop.ts";

export class ClosedLoop implements Loop {
  readonly #setup: LoopSetup;
  readonly #windowStartUs: number;
  readonly #windowEndUs: number;
  #phase: "waiting" | "lead-in" | "window" | "draining" = "waiting";
  #inFlight = 0;
  #inFlightAtStart = 0;
  /** Made beforehand; counts from the start of the window to its end. */
  readonly #windowRecorder: Recorder;
  #recorder: Recorder | null = null;
  #resources: ResourceWindow | null = null;
  #measurement: LoopMeasurement | null = null;
  readonly #overdue: Overdue;
  #sweep: NodeJS.Timeout | undefined;
  readonly #done = Promise.withResolvers<LoopMeasurement>();

  constructor(setup: LoopSetup) {
    this.#setup = setup;
    this.#windowStartUs = setup.order.startAtUs + setup.order.leadInMs * 1e3;
    this.#windowEndUs = this.#windowStartUs + setup.order.durationMs * 1e3;
    this.#windowRecorder = new Recorder();
    this.#overdue = new Overdue(setup.connections, setup.timeoutUs);
  }

  run(): Promise<LoopMeasurement> {
    setTimeout(() => this.#start(), Math.max(0, (this.#setup.order.startAtUs - nowUs()) / 1e3));
    return this.#done.promise;
  }

  answered(connection: Connection, atUs: number): void {
    this.#advance(atUs);
    this.#inFlight--;
    this.#recorder?.answered(connection, atUs);
    if (this.#phase === "draining") this.#finishWhenDrained();
  }

  failed(_connection: Connection, kind: LossKind, atUs: number): void {
    this.#advance(atUs);
    this.#inFlight--;
    this.#recorder?.failed(kind);
    if (this.#phase === "draining") this.#finishWhenDrained();
  }

  /** A connection that cannot be opened has cost the request it would have carried. */
  notOpened(kind: NotOpened, atUs: number): void {
    this.#advance(atUs);
    if (this.#recorder === null) return;
    const { source } = this.#setup.requests;
    source.next();
    this.#recorder.sent(source.operation);
    this.#recorder.failed(kind);
  }

  free(connection: Connection, atUs: number): void {
    this.#advance(atUs);
    if (this.#phase !== "lead-in" && this.#phase !== "window") return;
    const { source, ledger } = this.#setup.requests;
    const request = source.next();
    this.#inFlight++;
    this.#recorder?.sent(source.operation);
    ledger.sending(connection.ticket, source, atUs);
    connection.send(request, source.operation, atUs, atUs, true);
  }

  #start(): void {
    // Timers may ring a little early; what is sent before the start would be in nobody's counts.
    if (nowUs() < this.#setup.order.startAtUs) return void setTimeout(() => this.#start(), 1);
    this.#phase = "lead-in";
    this.#sweep = setInterval(() => this.#sweepOverdue(), sweepMs);
    for (const connection of this.#setup.connections) {
      if (connection.isFree) this.free(connection, nowUs());
    }
  }

  #sweepOverdue(): void {
    const atUs = nowUs();
    this.#advance(atUs);
    for (const connection of this.#overdue.at(atUs)) {
      this.#inFlight--;
      this.#recorder?.timedOut(connection.operation, this.#setup.timeoutUs);
      connection.abandon();
    }
    if (this.#phase === "draining") this.#finishWhenDrained();
  }

  /** Crosses the edges of the window exactly: whatever happens is first asked when it happened. */
  #advance(atUs: number): void {
    if (this.#phase === "lead-in" && atUs >= this.#windowStartUs) {
      this.#phase = "window";
      this.#inFlightAtStart = this.#inFlight;
      this.#recorder = this.#windowRecorder;
      this.#resources = new ResourceWindow();
    }
    if (this.#phase === "window" && atUs >= this.#windowEndUs && this.#recorder && this.#resources) {
      this.#phase = "draining";
      this.#measurement = this.#recorder.finish({
        elapsedS: this.#setup.order.durationMs / 1e3,
        scheduled: null,
        inFlightAtStart: this.#inFlightAtStart,
        inFlightAtEnd: this.#inFlight,
        openAtEnd: countOpen(this.#setup.connections),
        ...this.#resources.end(),
      });
      this.#recorder = null;
    }
  }

  #finishWhenDrained(): void {
    if (this.#inFlight > 0 || this.#measurement === null) return;
    clearInterval(this.#sweep);
    this.#done.resolve(this.#measurement);
  }
}
