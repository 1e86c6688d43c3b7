/**
 * Microseconds of the machine's monotonic clock. process.hrtime shows the same clock to every process and thread, so that agents
 * can start at a common instant; performance.now shows it too, cheaper, but from an origin of its own.
 */
const originUs = measureOrigin();

export const nowUs = (): number => performance.now() * 1e3 + originUs;

/** The reading of both clocks that was least disturbed: a pause between the two would shift this clock for good. */
function measureOrigin(): number {
  let narrowestUs = Infinity;
  let origin = 0;
  for (let i = 0; i < 50; i++) {
    const beforeUs = performance.now() * 1e3;
    const [seconds, nanoseconds] = process.hrtime();
    const afterUs = performance.now() * 1e3;
    if (afterUs - beforeUs < narrowestUs) {
      narrowestUs = afterUs - beforeUs;
      origin = seconds * 1e6 + nanoseconds / 1e3 - (beforeUs + afterUs) / 2;
    }
  }
  return origin;
}
