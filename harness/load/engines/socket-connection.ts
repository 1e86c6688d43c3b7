/**
 * One connection with at most one request outstanding. It reads into a buffer that all connections share (the bytes are
 * looked at before anybody else can read), and comes back by itself after a loss, more slowly each time.
 */
import { connect, type Socket } from "node:net";
import { nowUs } from "../clock.ts";
import { ResponseParser } from "../response-parser.ts";
import { Ticket } from "../value-judge.ts";
import type { Connection, ConnectionOwner, LossKind } from "./loop.ts";
import { backoffMs, limitConnecting, whyNotOpened } from "./opening.ts";
import { openWire, type Wire } from "./wire.ts";

interface Address {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
}

const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

export class SocketConnection implements Connection {
  readonly answer = new ResponseParser();
  readonly ticket = new Ticket();
  operation = 0;
  dueUs = 0;
  sentUs = 0;
  recorded = false;
  inFlight = false;
  isOpen = false;
  freeSinceUs = 0;
  queued = false;
  readonly #address: Address;
  readonly #owner: ConnectionOwner;
  #socket: Socket | null = null;
  #wire: Wire | null = null;
  #losses = 0;

  constructor(address: Address, owner: ConnectionOwner) {
    this.#address = address;
    this.#owner = owner;
  }

  get isFree(): boolean {
    return this.isOpen && !this.inFlight;
  }

  /** Resolves when established. Later losses are the owner's to hear of. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => this.#open(resolve, reject));
  }

  send(request: string, operation: number, dueUs: number, sentUs: number, recorded: boolean): void {
    this.operation = operation;
    this.dueUs = dueUs;
    this.sentUs = sentUs;
    this.recorded = recorded;
    this.inFlight = true;
    this.answer.reset({ keepBody: this.ticket.sampled });
    this.#wire?.write(request);
  }

  abandon(): void {
    this.inFlight = false;
    this.#reopen(this.#backoffMs());
  }

  #open(opened: () => void, failed: (error: Error) => void): void {
    const socket = connect({ ...this.#address, noDelay: true });
    limitConnecting(socket, this.#address.connectTimeoutMs);
    this.#socket = socket;
    let kind: LossKind = "early-close";
    socket.on("connect", () => {
      this.#wire = openWire(socket, readBuffer, (length) => this.#read(socket, length));
      this.isOpen = true;
      this.freeSinceUs = nowUs();
      opened();
    });
    socket.on("error", (error) => {
      if (this.isOpen) kind = "reset";
      else if (this.#socket === socket) failed(error);
    });
    socket.on("end", () => this.#lost(socket, kind));
    socket.on("close", () => this.#lost(socket, kind));
  }

  #read(socket: Socket, length: number): void {
    if (socket !== this.#socket) return;
    const atUs = nowUs();
    const result = this.inFlight ? this.answer.push(readBuffer, length) : "malformed";
    if (result === "done") this.#done(atUs);
    else if (result === "malformed") this.#lose("malformed", atUs);
  }

  #done(atUs: number): void {
    this.inFlight = false;
    this.#losses = 0;
    if (this.answer.keepAlive) {
      this.freeSinceUs = atUs;
      this.#owner.answered(this, atUs);
      this.#owner.free(this, atUs);
    } else {
      this.#reopen(0);
      this.#owner.answered(this, atUs);
    }
  }

  #lost(socket: Socket, kind: LossKind): void {
    if (socket !== this.#socket || !this.isOpen) return;
    const atUs = nowUs();
    if (this.inFlight && kind === "early-close" && this.answer.end() === "done") this.#done(atUs);
    else this.#lose(kind, atUs);
  }

  #lose(kind: LossKind, atUs: number): void {
    const request = this.inFlight;
    this.inFlight = false;
    this.#reopen(this.#backoffMs());
    // A server may close an idle connection; that is no failure.
    if (request) this.#owner.failed(this, kind, atUs);
  }

  #reopen(delayMs: number): void {
    this.isOpen = false;
    this.#socket?.destroy();
    this.#socket = null;
    this.#wire = null;
    setTimeout(() => {
      this.#open(
        () => this.#owner.free(this, this.freeSinceUs),
        (error) => {
          this.#reopen(this.#backoffMs());
          this.#owner.notOpened(whyNotOpened(error), nowUs());
        },
      );
    }, delayMs);
  }

  #backoffMs(): number {
    return backoffMs(this.#losses++);
  }
}
