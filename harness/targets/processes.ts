/** The target `process`: built with the language's own toolchain, run as a process tree of this machine. */
import { askInfo, engineAddress, openEngine } from "../containers/engine.ts";
import { removeOrphanContainers } from "../containers/ownership.ts";
import { describeHost } from "../probes/machine.ts";
import { build } from "./build.ts";
import { processTarget } from "./process.ts";
import type { Target } from "./target.ts";
import { findToolchain } from "./toolchain.ts";

export const processes: Target = {
  description: {
    kind: "process",
    sentence: "processes of this machine, built with its own toolchains",
    memoryLimitBytes: null,
    instance: null,
    emulation: null,
  },
  host: describeHost(),
  elsewhere: null,
  find: ({ manifest }) => findToolchain(manifest),
  async build(options) {
    const built = await build(options);
    const { artifactBytes, buildS, fromScratch, otherBuildS } = built;
    return {
      launchable: processTarget(options.implementation.manifest, built),
      artifactBytes,
      buildS,
      builtFromScratch: fromScratch,
      otherBuildS,
      toolchainVersion: options.toolchain.version,
    };
  },
  redisSource: null,
  endOrphans: endOrphanContainers,
  [Symbol.asyncDispose]: async () => {},
};

/** An earlier run may have used containers; where no engine answers there are none to end. */
async function endOrphanContainers(): Promise<number> {
  const address = engineAddress();
  if (address === null || (await askInfo(address).catch(() => null)) === null) return 0;
  const { docker } = await openEngine(address);
  return removeOrphanContainers(docker);
}
