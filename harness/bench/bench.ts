/** `npm run bench`: how fast the harness itself is, and how true. Prints ratios from one session; asserts nothing. */
import { benchGenerator } from "./generator.ts";
import { benchHotPaths } from "./hot-paths.ts";
import { benchTruth } from "./truth.ts";

process.stdout.write(`${await benchHotPaths()}\n\n${await benchGenerator()}\n\n${await benchTruth()}\n`);
