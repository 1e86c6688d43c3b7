import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { rawServer } from "../testing/servers.ts";
import { isKnownNode, openWire, streamWire, type OpenWire } from "./wire.ts";

/** Every byte there is, so that none is taken for anything but itself. */
const everyByte = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
/** More than the kernel takes at once. */
const large = everyByte.repeat(64 * 1024);

test("goes past the streams with the Node that the tests run on", async () => {
  expect(isKnownNode).toBe(true);
  await using server = await rawServer(() => {});
  const { socket, wire } = await opened(openWire, server.origin);
  wire.write(large);
  expect(socket.writableLength).toBe(0);
  socket.destroy();
});

describe.each([
  ["a known Node", openWire],
  ["an unknown Node", streamWire],
])("the wire of %s", (_, open) => {
  test("carries every byte both ways, also when the kernel takes and gives them in pieces", async () => {
    await using server = await rawServer((socket, text) => socket.write(text, "latin1"));
    const { socket, wire, read } = await opened(open, server.origin);
    wire.write(everyByte);
    wire.write(large);
    wire.write("the end");
    await expect.poll(() => read.bytes, { timeout: 20_000 }).toBe(everyByte.length + large.length + 7);
    expect(read.text() === everyByte + large + "the end").toBe(true);
    expect(read.largest).toBeLessThanOrEqual(bufferBytes);
    socket.destroy();
  });

  test("leaves what several sockets of one buffer read apart", async () => {
    await using server = await rawServer((socket, text) => socket.write(text));
    const wires = await Promise.all(Array.from({ length: 20 }, () => opened(open, server.origin)));
    wires.forEach(({ wire }, i) => wire.write(`socket ${i}`));
    await expect.poll(() => wires.every(({ read }) => read.bytes > 0)).toBe(true);
    expect(wires.map(({ read }) => read.text())).toEqual(wires.map((_one, i) => `socket ${i}`));
    for (const { socket } of wires) socket.destroy();
  });

  test("tells of the peer's end, after what it sent before", async () => {
    await using server = await rawServer((socket) => socket.end("goodbye"));
    const { socket, wire, read } = await opened(open, server.origin);
    const ended = once(socket, "end");
    wire.write("hello");
    await ended;
    expect(read.text()).toBe("goodbye");
  });

  test("ends the socket with an error when the connection is gone, and takes no harm from a write after that", async () => {
    await using server = await rawServer((socket) => socket.resetAndDestroy());
    const { socket, wire } = await opened(open, server.origin);
    const failed = new Promise<Error>((resolve) => socket.once("error", resolve));
    wire.write(large);
    wire.write(large);
    expect(await failed).toBeInstanceOf(Error);
    wire.write("anybody there?");
    expect(socket.destroyed).toBe(true);
  });
});

const bufferBytes = 4 * 1024;
const buffer = Buffer.allocUnsafeSlow(bufferBytes);

async function opened(open: OpenWire, origin: string) {
  const socket: Socket = connect({ host: "127.0.0.1", port: Number(new URL(origin).port) });
  await once(socket, "connect");
  const pieces: string[] = [];
  const read = { bytes: 0, largest: 0, text: () => pieces.join("") };
  const wire = open(socket, buffer, {
    read(length) {
      read.bytes += length;
      read.largest = Math.max(read.largest, length);
      pieces.push(buffer.toString("latin1", 0, length));
    },
  });
  return { socket, wire, read };
}
