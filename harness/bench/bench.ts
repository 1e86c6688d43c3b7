/** `npm run bench`: how fast the harness and the services are, and how true the harness. Prints ratios from one session; asserts nothing. */
import { benchAgreement } from "./agreement.ts";
import { benchContainers } from "./containers.ts";
import { benchGenerator } from "./generator.ts";
import { benchHotPaths } from "./hot-paths.ts";
import { benchOverhead } from "./overhead.ts";
import { benchServices } from "./services.ts";
import { benchTruth } from "./truth.ts";
import { keepAwake } from "../processes/awake.ts";

const parts: Readonly<Record<string, () => Promise<string>>> = {
  "hot-paths": benchHotPaths,
  generator: benchGenerator,
  truth: benchTruth,
  services: benchServices,
  containers: benchContainers,
  overhead: benchOverhead,
  agreement: benchAgreement,
};

/** `npm run bench -- services` runs that part alone. */
const asked = process.argv.slice(2);
using _awake = keepAwake();
for (const [name, bench] of Object.entries(parts)) {
  if (asked.length === 0 || asked.includes(name)) process.stdout.write(`${await bench()}\n\n`);
}
