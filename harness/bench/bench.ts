/** `npm run bench`: how fast the harness itself is. Prints ratios from one session; asserts nothing. */
import { benchContainers } from "./containers.ts";
import { benchGenerator } from "./generator.ts";
import { benchHotPaths } from "./hot-paths.ts";

process.stdout.write(`${await benchHotPaths()}\n\n${await benchGenerator()}\n\n${await benchContainers()}\n`);
