/**
 * When what a turn of the event loop reads had arrived: by the time when the turn began to read, the last of a hundred answers as well as the
 * first, as what is done about those before it is no time of the service. And after the loop had looked before, where it has not slept since:
 * then the middle of the two looks is told, which is off by half a turn at most and to neither side on average. The later look would tell each
 * answer late.
 */
let beganUs: number | null = null;
/** null: the loop slept, and woke when there was something to read. */
let lookedUs: number | null = null;

/**
 * @param readAtUs when something is read, now; the first in a turn is the beginning.
 * @param notBeforeUs when it cannot have been there yet, as an answer before its request was sent.
 */
export function arrivedUs(readAtUs: number, notBeforeUs = -Infinity): number {
  if (beganUs === null) {
    beganUs = readAtUs;
    // Runs after all of this turn's reading, and before the next turn's.
    setImmediate(forget);
  }
  // Sent since this turn began, and the answer has come since.
  if (notBeforeUs >= beganUs) return readAtUs;
  return lookedUs === null ? beganUs : (Math.max(lookedUs, notBeforeUs) + beganUs) / 2;
}

/** To be called in each turn by who polls. @param atUs now; null: the next turn may sleep before it reads. */
export function polls(atUs: number | null): void {
  lookedUs = atUs === null ? null : (beganUs ?? atUs);
}

function forget(): void {
  beganUs = null;
}
