/**
 * When this turn of the event loop began to read. What it reads had arrived by then, the last of a hundred answers as well as the first:
 * what is done about those before it is no time of the service.
 */
let beganUs: number | null = null;

/** @param readAtUs when something is read, now; the first in a turn is the beginning. */
export function turnBeganUs(readAtUs: number): number {
  if (beganUs === null) {
    beganUs = readAtUs;
    // Runs after all of this turn's reading, and before the next turn's.
    setImmediate(forget);
  }
  return beganUs;
}

function forget(): void {
  beganUs = null;
}
