/** HTTP/1.1 by hand over a socket (RFC 9112): the checks send what no client library would, and see what came byte for byte. */
import { connect, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  /** By lower-case name; a repeated field is joined by ", ". */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Since bytes were last sent on its connection, ms. */
  readonly tookMs: number;
}

/** A service that does not answer within this is taken to hang, ms. */
export const answerTimeoutMs = 5_000;

/** No whole answer came. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

export class Connection implements Disposable {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #ended: string | null = null;
  #sentAtMs = 0;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    const end = (why: string) => {
      this.#ended ??= why;
      this.#wake();
    };
    socket.on("data", (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on("end", () => end("the connection was closed"));
    socket.on("close", () => end("the connection was closed"));
    socket.on("error", (error) => end(error.message));
  }

  static async open(origin: string, signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    const { hostname, port } = new URL(origin);
    const socket = connect({ host: hostname, port: Number(port || 80), noDelay: true });
    const connection = new Connection(socket);
    await connection.#until(() => !socket.connecting, performance.now() + answerTimeoutMs, "no connection");
    if (connection.#ended !== null) throw new NoAnswer(connection.#ended);
    return connection;
  }

  /** Null while the server has not closed its side; then how it ended. */
  get ended(): string | null {
    return this.#ended;
  }

  send(bytes: Buffer | string): void {
    this.#sentAtMs = performance.now();
    this.#socket.write(bytes);
  }

  /** The next answer, in the order of the requests; one to HEAD has no body. Throws NoAnswer. */
  async answer({ bodiless = false, timeoutMs = answerTimeoutMs } = {}): Promise<Answer> {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      const parsed = parse(this.#received, bodiless, this.#ended !== null);
      if (parsed !== null) {
        this.#received = this.#received.subarray(parsed.bytes);
        if (parsed.answer.status >= 200) return { ...parsed.answer, tookMs: performance.now() - this.#sentAtMs };
        continue;
      }
      if (this.#ended !== null) throw new NoAnswer(this.#ended);
      const length = this.#received.length;
      await this.#until(() => this.#received.length > length, deadlineMs, `no answer within ${timeoutMs} ms`);
    }
  }

  /** Whether the server closes its side within this time. */
  async closes(withinMs: number): Promise<boolean> {
    try {
      await this.#until(() => false, performance.now() + withinMs, "open");
    } catch {
      // Still open.
    }
    return this.#ended !== null;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  /** Settles when something holds or the connection ended; throws NoAnswer at the deadline. */
  async #until(holds: () => boolean, deadlineMs: number, otherwise: string): Promise<void> {
    while (!holds() && this.#ended === null) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw new NoAnswer(otherwise);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      this.#socket.once("connect", resolve);
      const timer = setTimeout(resolve, leftMs);
      await promise;
      clearTimeout(timer);
      this.#socket.off("connect", resolve);
    }
  }
}

/** The bytes of a request; a body gets its Content-Length unless the headers frame it. */
export function encodeRequest(method: string, target: string, headers: Readonly<Record<string, string>> = {}, body?: Buffer): Buffer {
  const framed = Object.keys(headers).some((name) => /^(content-length|transfer-encoding)$/i.test(name));
  const all = { Host: "127.0.0.1", ...(body === undefined || framed ? {} : { "Content-Length": String(body.length) }), ...headers };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${head.join("")}\r\n`, "latin1"), body ?? Buffer.alloc(0)]);
}

/** A body in the chunked coding, cut into pieces. */
export function chunked(body: Buffer, pieces: number): Buffer {
  const size = Math.ceil(body.length / pieces);
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size);
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

interface Parsed {
  readonly answer: Omit<Answer, "tookMs">;
  /** Of the answer on the wire. */
  readonly bytes: number;
}

/** The first answer in these bytes; null when it is not whole yet. */
function parse(received: Buffer, bodiless: boolean, ended: boolean): Parsed | null {
  const blank = received.indexOf("\r\n\r\n");
  if (blank === -1) return null;
  const [statusLine = "", ...lines] = received.toString("latin1", 0, blank).split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new NoAnswer(`an answer that is no HTTP: ${JSON.stringify(statusLine.slice(0, 60))}`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  const start = blank + 4;
  const whole = (body: Buffer, end: number): Parsed => ({ answer: { status, headers, body: Buffer.from(body) }, bytes: end });
  if (bodiless || status < 200 || status === 204 || status === 304) return whole(Buffer.alloc(0), start);
  if (headers.get("transfer-encoding")?.toLowerCase() === "chunked") return parseChunks(received, start, whole);
  const length = headers.get("content-length");
  if (length === undefined) return ended ? whole(received.subarray(start), received.length) : null;
  const end = start + Number(length);
  return received.length < end ? null : whole(received.subarray(start, end), end);
}

function parseChunks(received: Buffer, start: number, whole: (body: Buffer, end: number) => Parsed): Parsed | null {
  const parts: Buffer[] = [];
  for (let at = start; ;) {
    const lineEnd = received.indexOf("\r\n", at);
    if (lineEnd === -1) return null;
    const size = Number.parseInt(received.toString("latin1", at, lineEnd), 16);
    const dataEnd = lineEnd + 2 + size;
    if (Number.isNaN(size)) throw new NoAnswer("an answer with a malformed chunk");
    if (received.length < dataEnd + 2) return null;
    if (size === 0) return whole(Buffer.concat(parts), dataEnd + 2);
    parts.push(received.subarray(lineEnd + 2, dataEnd));
    at = dataEnd + 2;
  }
}
