/** Opening one connection, and opening it again. */
import type { Socket } from "node:net";
import type { NotOpened } from "../recorder.ts";

/** Before a lost connection is opened again: at once the first time, but a service in trouble is not flooded with SYNs. */
export const backoffMs = (lossesBefore: number): number => (lossesBefore === 0 ? 0 : Math.min(1_000, 10 * 2 ** (lossesBefore - 1)));

/** A server that neither accepts nor refuses; without this the kernel would try for two minutes. */
export class ConnectTimeout extends Error {
  constructor(timeoutMs: number) {
    super(`no connection within ${timeoutMs / 1e3} s`);
  }
}

/** Ends the attempt to connect when it takes too long. */
export function limitConnecting(socket: Socket, timeoutMs: number): void {
  socket.setTimeout(timeoutMs, () => socket.destroy(new ConnectTimeout(timeoutMs)));
  socket.once("connect", () => socket.setTimeout(0));
}

export const whyNotOpened = (error: Error): NotOpened => (error instanceof ConnectTimeout ? "connect-timeout" : "refused");
