/** Opening many connections without losing one. */
import { nowUs } from "../clock.ts";
import { LoadError } from "../errors.ts";

/** No SYN is dropped while a wave is smaller than the shortest usual listen queue (128). */
const wave = 64;

/** When the first attempt began and when the last connection was established. */
export async function openInWaves(
  connections: readonly { open(): Promise<void> }[],
  origin: string,
): Promise<{ firstUs: number; lastUs: number }> {
  const firstUs = nowUs();
  for (let from = 0; from < connections.length; from += wave) {
    await Promise.all(connections.slice(from, from + wave).map((connection) => connection.open())).catch((cause) => {
      throw new LoadError("connect-failed", `cannot open ${connections.length} connections to ${origin}: ${cause}`);
    });
  }
  return { firstUs, lastUs: nowUs() };
}
