/** One client of autocannon, bent into a connection that a loop can drive; autocannon.ts says why. */
// oxlint-disable no-underscore-dangle -- the names are autocannon's
import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { nowUs } from "../clock.ts";
import { cacheHeader, cacheHeaderOf } from "../response-header.ts";
import { Ticket } from "../value-judge.ts";
import type { Connection, ConnectionOwner, LossKind } from "./loop.ts";
import { backoffMs, limitConnecting, whyNotOpened } from "./opening.ts";

/** The parts of autocannon's lib/httpClient.js that are used or replaced. */
export interface BentClient extends EventEmitter {
  conn?: Socket;
  readonly pipelinedRequests: { clear(): void };
  readonly parser: { execute(chunk: Buffer): unknown; initialize(type: string): void };
  _connect(): void;
  _doRequest(): void;
  _destroyConnection(): void;
  getRequestBuffer(): Buffer;
}

interface Headers {
  readonly headers: readonly string[];
  readonly shouldKeepAlive: boolean;
}

export class AutocannonConnection implements Connection {
  /** autocannon keeps no bodies. */
  answer = { status: 0, cache: cacheHeader.absent as Connection["answer"]["cache"], bytes: 0, body: null };
  readonly ticket = new Ticket();
  operation = 0;
  dueUs = 0;
  sentUs = 0;
  recorded = false;
  inFlight = false;
  isOpen = false;
  freeSinceUs = 0;
  queued = false;
  readonly #client: BentClient;
  readonly #owner: ConnectionOwner;
  readonly #connectTimeoutMs: number;
  readonly #connect: () => void;
  readonly #write: () => void;
  #request = "";
  #keepAlive = true;
  #losses = 0;
  #opened: (() => void) | null = null;
  #refused: ((error: Error) => void) | null = null;

  constructor(client: BentClient, owner: ConnectionOwner, connectTimeoutMs: number) {
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#client = client;
    this.#owner = owner;
    this.#connect = client._connect.bind(client);
    this.#write = client._doRequest.bind(client);
    client.getRequestBuffer = () => Buffer.from(this.#request, "latin1");
    client._connect = () => this.#comeBack();
    client._doRequest = () => this.#mayRequest();
    client.on("connError", (error: Error) => this.#onError(error));
    client.on("headers", (headers: Headers) => this.#onHeaders(headers));
    client.on("response", (status: number, bytes: number, durationMs: number) => this.#onResponse(status, bytes, durationMs));
    const execute = client.parser.execute.bind(client.parser);
    client.parser.execute = (chunk) => {
      const result = execute(chunk);
      // autocannon would wait for the rest of a malformed answer for ever.
      if (result instanceof Error && this.inFlight) this.#lose("malformed");
      return result;
    };
  }

  get isFree(): boolean {
    return this.isOpen && !this.inFlight;
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#opened = resolve;
      this.#refused = reject;
      this.#dial();
    });
  }

  send(request: string, operation: number, dueUs: number, sentUs: number, recorded: boolean): void {
    this.#request = request;
    this.operation = operation;
    this.dueUs = dueUs;
    this.sentUs = sentUs;
    this.recorded = recorded;
    this.inFlight = true;
    this.#write();
  }

  abandon(): void {
    this.inFlight = false;
    this.#restart();
  }

  /** autocannon wants to send: in the event of an answer, so at its time; and (before it is true) when it begins to connect. */
  #mayRequest(): void {
    if (!this.isOpen) return;
    if (!this.#keepAlive) this.#restart();
    else this.#owner.free(this, this.freeSinceUs);
  }

  /** autocannon wants to connect: when it is made, and after every loss, at once and without end. */
  #comeBack(): void {
    if (this.#client.conn === undefined) return; // open() decides when
    const first = this.#opened !== null;
    this.isOpen = false;
    if (first) return;
    if (this.inFlight) this.#lose("early-close");
    else this.#restart();
  }

  #onError(error: Error): void {
    this.#refused?.(error);
    if (this.#refused !== null) return;
    if (!this.isOpen) this.#owner.notOpened(whyNotOpened(error), nowUs());
    else if (this.inFlight) this.#lose("reset");
  }

  #onHeaders({ headers, shouldKeepAlive }: Headers): void {
    this.#keepAlive = shouldKeepAlive;
    const name = headers.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === "x-cache");
    this.answer.cache = name < 0 ? cacheHeader.absent : cacheHeaderOf(headers[name + 1] ?? "");
  }

  #onResponse(status: number, bytes: number, durationMs: number): void {
    const atUs = (this.freeSinceUs = nowUs());
    this.inFlight = false;
    this.#losses = 0;
    this.answer.status = status;
    this.answer.bytes = bytes;
    this.sentUs = this.dueUs = atUs - durationMs * 1e3;
    this.#owner.answered(this, atUs);
  }

  #lose(kind: LossKind): void {
    this.inFlight = false;
    this.#restart();
    this.#owner.failed(this, kind, nowUs());
  }

  #restart(): void {
    if (this.#dialing) return;
    this.isOpen = false;
    this.#dialing = true;
    this.#client._destroyConnection();
    setTimeout(() => this.#dial(), this.#keepAlive ? backoffMs(this.#losses++) : 0);
  }

  #dialing = false;

  #dial(): void {
    this.#dialing = false;
    this.#keepAlive = true;
    this.#client.pipelinedRequests.clear();
    this.#client.parser.initialize("RESPONSE");
    this.#connect();
    this.#client.conn?.setNoDelay(true);
    if (this.#client.conn) limitConnecting(this.#client.conn, this.#connectTimeoutMs);
    this.#client.conn?.once("connect", () => {
      this.isOpen = true;
      this.freeSinceUs = nowUs();
      const opened = this.#opened;
      this.#opened = this.#refused = null;
      if (opened) opened();
      else this.#owner.free(this, this.freeSinceUs);
    });
  }
}
