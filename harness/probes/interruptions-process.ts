/** Looks at the clock for as many ms as it is told, and prints the gaps in which its processor did something else, us. */
import { shortestGapUs } from "../core/interruptions.ts";
import { nowUs } from "../load/clock.ts";

/** Until then the loop is being compiled, ms. */
const warmUpMs = 100;

function gapsUs(durationMs: number): number[] {
  const gaps: number[] = [];
  let lastUs = nowUs();
  for (const endUs = lastUs + durationMs * 1e3; lastUs < endUs;) {
    const atUs = nowUs();
    if (atUs - lastUs >= shortestGapUs) gaps.push(atUs - lastUs);
    lastUs = atUs;
  }
  return gaps;
}

gapsUs(warmUpMs);
process.stdout.write(JSON.stringify(gapsUs(Number(process.argv[2]))));
