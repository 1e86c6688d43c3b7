/** How many connections a server on this machine has accepted, seen from the kernel's side. */
import { setTimeout as sleep } from "node:timers/promises";
import { readProc } from "../processes/proc.ts";

const established = "01";

/**
 * Established connections to a local port whose server end belongs to a process: a connection that still waits in the
 * listen queue has inode 0 in /proc/net/tcp. Null where that file is not readable.
 */
export function acceptedConnections(port: number): number | null {
  const table = readProc("/proc/net/tcp");
  if (table === null) return null;
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address = "", , state, , , , , , inode]) => address.endsWith(local) && state === established && inode !== "0").length;
}

/** Waits until the server has accepted that many; returns how many it had in the end. */
export async function untilAccepted(port: number, wanted: number, signal: AbortSignal, timeoutMs = 20_000): Promise<number | null> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const accepted = acceptedConnections(port);
    if (accepted === null || accepted >= wanted || performance.now() > deadline) return accepted;
    await sleep(50);
  }
}
