/**
 * How a connected socket is read and written. With one request outstanding, the buffers, callbacks and back-pressure of node:net's
 * streams serve nobody, and cost some of the agent's time for each request. So, with the Nodes whose internals are known
 * (lib/internal/stream_base_commons.js, src/stream_base.cc), bytes go to and from the socket's handle; opening, closing and errors
 * stay with node:net. A Node that is not known is used as its documentation says.
 */
import type { Socket } from "node:net";

export interface Wire {
  /** A character for each byte. What the kernel does not take at once follows by itself; a failure ends the socket with an error. */
  write(text: string): void;
}

export interface Reader {
  /** So many bytes now stand in the buffer, which other sockets may use as soon as this returns. */
  read(length: number): void;
}

export type OpenWire = (socket: Socket, buffer: Buffer, reader: Reader) => Wire;

/** What the handle of a TCP socket can do. Its methods answer 0 or an error number of libuv, which is negative. */
interface TcpHandle {
  /** Called with nothing that is of use here: how much was read stands in the binding's state. */
  onread: (unused: unknown) => unknown;
  useUserBuffer(buffer: Buffer): void;
  writeLatin1String(writing: Writing, text: string): number;
}

/** What a write is known by while the kernel has not taken all of it; it serves again for the next one if it had. */
interface Writing {
  oncomplete: (error: number) => void;
}

interface StreamBinding {
  readonly WriteWrap: new () => Writing;
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

/** Of those that cache-bench runs on, up to this one they were tried with the tests of this file. */
export const newestKnownNode = 26;
export const isKnownNode = Number.parseInt(process.versions.node, 10) <= newestKnownNode;

/** As node:net documents it. */
export const streamWire: OpenWire = (socket, buffer, reader) => {
  socket.on("data", (bytes) => {
    for (let from = 0; from < bytes.length && !socket.destroyed; from += buffer.length) reader.read(bytes.copy(buffer, 0, from));
  });
  return { write: (text) => void socket.write(text, "latin1") };
};

function handleWire({ WriteWrap, streamBaseState, kReadBytesOrError, kLastWriteWasAsync }: StreamBinding): OpenWire {
  let writing = new WriteWrap();

  class HandleWire implements Wire {
    readonly #socket: Socket;
    readonly #handle: TcpHandle | null;

    constructor(socket: Socket, buffer: Buffer, reader: Reader) {
      const handle = (socket as unknown as { readonly _handle: TcpHandle | null })._handle;
      this.#socket = socket;
      this.#handle = handle;
      if (handle === null) return;
      const usual = handle.onread;
      handle.useUserBuffer(buffer);
      handle.onread = (unused) => {
        const length = streamBaseState[kReadBytesOrError] ?? 0;
        if (length > 0) reader.read(length);
        // The end, or an error: node:net tells of it.
        else usual.call(handle, unused);
      };
    }

    write(text: string): void {
      const error = this.#handle?.writeLatin1String(writing, text) ?? 0;
      if (error !== 0) return this.#fail();
      if (streamBaseState[kLastWriteWasAsync] === 0) return;
      writing.oncomplete = (late) => void (late < 0 && this.#fail());
      writing = new WriteWrap();
    }

    #fail(): void {
      this.#socket.destroy(new Error("the connection broke while it was written to"));
    }
  }

  return (socket, buffer, reader) => new HandleWire(socket, buffer, reader);
}

const binding = (name: string) => (process as unknown as { binding(name: string): unknown }).binding(name);

export const openWire: OpenWire = isKnownNode ? handleWire(binding("stream_wrap") as StreamBinding) : streamWire;
