/**
 * When this turn of the event loop began to read. What it reads had arrived by then, the last of a hundred answers as well as the first:
 * what is done about those before it is no time of the service.
 */
import { nowUs } from "./clock.ts";

let beganUs: number | null = null;

/** Of a turn that has read nothing yet: now. */
export function turnBeganUs(): number {
  if (beganUs === null) {
    beganUs = nowUs();
    // Runs after all of this turn's reading, and before the next turn's.
    setImmediate(forget);
  }
  return beganUs;
}

function forget(): void {
  beganUs = null;
}
