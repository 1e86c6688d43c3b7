/**
 * Microseconds of the machine's monotonic clock. process.hrtime shows the same clock to every process, so that agents
 * can start at a common instant; performance.now shows it too, cheaper, but from an origin of its own.
 */
const originUs = (() => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3 - performance.now() * 1e3;
})();

export const nowUs = (): number => performance.now() * 1e3 + originUs;
