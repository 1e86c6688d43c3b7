/** Looks at the clock for as many ms as it is told, and prints the gaps in which its processor did something else, us. */
import { shortestGapUs } from "../core/interruptions.ts";
import { nowUs } from "../load/clock.ts";

/** Until then the loop is being compiled, ms. */
const warmUpMs = 100;

function look(durationMs: number): { readonly gapsUs: number[]; readonly durationUs: number } {
  const gapsUs: number[] = [];
  const startUs = nowUs();
  let lastUs = startUs;
  while (lastUs - startUs < durationMs * 1e3) {
    const atUs = nowUs();
    if (atUs - lastUs >= shortestGapUs) gapsUs.push(atUs - lastUs);
    lastUs = atUs;
  }
  return { gapsUs, durationUs: lastUs - startUs };
}

look(warmUpMs);
process.stdout.write(JSON.stringify(look(Number(process.argv[2]))));
