/**
 * One connection with at most one request outstanding. It reads into a buffer that all connections share (the bytes are
 * looked at before anybody else can read), and comes back by itself after a loss, more slowly each time.
 */
import { connect, type Socket } from "node:net";
import { nowUs } from "../clock.ts";
import { ResponseParser, type ParseResult } from "../response-parser.ts";
import { Ticket } from "../value-judge.ts";
import type { Connection, ConnectionOwner, LossKind } from "./loop.ts";
import { backoffMs, limitConnecting, whyNotOpened } from "./opening.ts";
import { openWire, type Reader, type Wire } from "./wire.ts";

interface Address {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
}

const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Reads the answers that come in one piece, as nearly all do. What a thousand connections touch at a request should stay in the processor's
 * cache: with a parser and three more closures for each of them, an agent sent an eighth less (median of 9 pairs on a busy machine with fixed
 * answers; CPU a request was 1.46 of wrk's, and is 1.29).
 */
let parser = new ResponseParser();

export class SocketConnection implements Connection, Reader {
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
  /** Has read the beginning of the answer, and nobody else's. */
  #unfinished: ResponseParser | null = null;
  #losses = 0;

  constructor(address: Address, owner: ConnectionOwner) {
    this.#address = address;
    this.#owner = owner;
  }

  get answer(): ResponseParser {
    return parser;
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
    this.#wire?.write(request);
  }

  read(length: number): void {
    const atUs = nowUs();
    const result = this.inFlight ? this.#parse(length) : "malformed";
    if (result === "done") this.#done(atUs);
    else if (result === "malformed") this.#lose("malformed", atUs);
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
      this.#wire = openWire(socket, readBuffer, this);
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

  #parse(length: number): ParseResult {
    if (this.#unfinished === null) parser.reset({ keepBody: this.ticket.sampled });
    const result = (this.#unfinished ?? parser).push(readBuffer, length);
    if (result !== "more") this.#finish();
    else if (this.#unfinished === null) {
      this.#unfinished = parser;
      parser = new ResponseParser();
    }
    return result;
  }

  /** What was read of the answer, in pieces, is `answer` now. */
  #finish(): void {
    if (this.#unfinished !== null) parser = this.#unfinished;
    this.#unfinished = null;
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
    const whole = this.inFlight && kind === "early-close" && this.#unfinished?.end() === "done";
    this.#finish();
    if (whole) this.#done(atUs);
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
    this.#unfinished = null;
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
