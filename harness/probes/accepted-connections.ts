/** How many connections a server has accepted, seen from the kernel's side. */
import { setTimeout as sleep } from "node:timers/promises";
import { readProc } from "../processes/proc.ts";

const established = "01";

export const connectionsFile = "/proc/net/tcp";

/** Of a server on this machine; null where the kernel's table is not readable. */
export function acceptedConnections(port: number): number | null {
  return acceptedFrom(readProc(connectionsFile), port);
}

/**
 * Established connections to a local port whose server end belongs to a process: a connection that still waits in the
 * listen queue has inode 0 in /proc/net/tcp.
 */
export function acceptedFrom(table: string | null, port: number): number | null {
  if (table === null) return null;
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address = "", , state, , , , , , inode]) => address.endsWith(local) && state === established && inode !== "0").length;
}

/** Waits until the server has accepted that many; returns how many it had in the end. */
export async function untilAccepted(
  { acceptedConnections: count }: { acceptedConnections(): Promise<number | null> },
  wanted: number,
  signal: AbortSignal,
  timeoutMs = 20_000,
): Promise<number | null> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const accepted = await count();
    if (accepted === null || accepted >= wanted || performance.now() > deadline) return accepted;
    await sleep(50);
  }
}
