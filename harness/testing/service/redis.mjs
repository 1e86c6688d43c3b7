/** Redis over one connection, every command pipelined; it comes back by itself. RESP by hand, so that no package is needed. */
import { connect } from "node:net";
import { fault, settings } from "./settings.mjs";

const reconnectMs = 50;

export class Unavailable extends Error {}

export class Redis {
  #socket;
  #waiting = [];
  #received = Buffer.alloc(0);
  #open = false;
  #onOpen;
  #onClose;
  #onPush;

  constructor({ onOpen = () => {}, onClose = () => {}, onPush = () => {} } = {}) {
    [this.#onOpen, this.#onClose, this.#onPush] = [onOpen, onClose, onPush];
    this.#connect();
  }

  /** Rejects with Unavailable when no answer comes in time; the command may still have its effect. */
  call(...parts) {
    if (!this.#open) return Promise.reject(new Unavailable("not connected"));
    this.#socket.cork();
    for (const piece of encode(parts)) this.#socket.write(piece);
    this.#socket.uncork();
    return new Promise((resolve, reject) => {
      const timeoutMs = fault("no-timeout") ? 60_000 : settings.redisTimeoutMs;
      const timer = setTimeout(() => reject(new Unavailable("no answer in time")), timeoutMs);
      this.#waiting.push((reply) => {
        clearTimeout(timer);
        if (reply instanceof Error) reject(reply);
        else resolve(reply);
      });
    });
  }

  #connect() {
    const { hostname, port } = settings.redisUrl;
    this.#socket = connect({ host: hostname, port: Number(port || 6379), noDelay: true });
    this.#socket.on("connect", () => {
      this.#open = true;
      this.#onOpen();
    });
    this.#socket.on("error", () => {});
    this.#socket.on("data", (chunk) => this.#take(chunk));
    this.#socket.on("close", () => {
      this.#open = false;
      this.#received = Buffer.alloc(0);
      for (const settle of this.#waiting.splice(0)) settle(new Unavailable("the connection was closed"));
      this.#onClose();
      setTimeout(() => this.#connect(), reconnectMs);
    });
  }

  #take(chunk) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    let at = 0;
    for (let parsed = parse(this.#received, at); parsed !== null; parsed = parse(this.#received, at)) {
      at = parsed.end;
      if (parsed.push) this.#onPush(parsed.value);
      else this.#waiting.shift()(parsed.value);
    }
    this.#received = this.#received.subarray(at);
  }
}

/** A large value is sent as it is: a copy of each would be much garbage. */
function encode(parts) {
  const encoded = parts.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(String(part))));
  const bulks = encoded.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from("\r\n")]);
  const pieces = [Buffer.from(`*${parts.length}\r\n`), ...bulks];
  return encoded.some(({ length }) => length > 4_096) ? pieces : [Buffer.concat(pieces)];
}

/** One reply of RESP 2 or 3 from this place on, or null when it is not whole yet. */
function parse(bytes, at) {
  const lineEnd = bytes.indexOf("\r\n", at);
  if (lineEnd === -1) return null;
  const [type, text, next] = [String.fromCharCode(bytes[at]), bytes.toString("latin1", at + 1, lineEnd), lineEnd + 2];
  switch (type) {
    case "$": {
      if (text === "-1") return { value: null, end: next };
      const end = next + Number(text);
      return bytes.length < end + 2 ? null : { value: Buffer.from(bytes.subarray(next, end)), end: end + 2 };
    }
    case "*":
    case ">":
    case "%":
      return parseMany(bytes, next, Number(text) * (type === "%" ? 2 : 1), type === ">");
    case ":":
      return { value: Number(text), end: next };
    case "-":
      return { value: new Error(text), end: next };
    default:
      return { value: type === "_" ? null : text, end: next };
  }
}

function parseMany(bytes, start, count, push) {
  const value = [];
  let end = start;
  while (value.length < count) {
    const item = parse(bytes, end);
    if (item === null) return null;
    value.push(item.value);
    end = item.end;
  }
  return { value, end, push };
}
