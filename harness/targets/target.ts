/** A place where services are built and run; docker and ssh differ from process in nothing that a trial sees. */
import type { Host } from "../core/instances.ts";
import type { TargetDescription } from "../core/target.ts";
import type { RedisSource } from "../redis/source.ts";
import type { Implementation } from "../store/catalogue.ts";
import type { BuildOptions } from "./build.ts";
import type { Launchable } from "./service.ts";
import type { ToolchainResult } from "./toolchain.ts";

/** What a build made. */
export interface Product {
  readonly launchable: Launchable;
  /** Binary or installed tree; of a container the image. */
  readonly artifactBytes: number;
  /** How long the build took, now or when the same source was built before; null where that is not known. */
  readonly buildS: number | null;
  /** True where the compiler had nothing of an earlier build to go by. */
  readonly builtFromScratch: boolean;
  /** How long the last build of the other kind took, of whatever source; null where that is not known. */
  readonly otherBuildS: number | null;
  readonly toolchainVersion: string;
}

export interface Target extends AsyncDisposable {
  readonly description: TargetDescription;
  /** The machine that services run on. */
  readonly host: Host;
  /** Its processors, where it is another machine than this one. */
  readonly elsewhere: { readonly cpuCount: number } | null;
  /** What builds it here, or why nothing does. Nothing is built or fetched. */
  find(implementation: Implementation): Promise<ToolchainResult>;
  /** Throws a UserError (exit code 6) that shows the end of the build's own output. */
  build(options: BuildOptions): Promise<Product>;
  /** The Redis that belongs to the target; null: what --redis finds on this machine. */
  readonly redisSource: RedisSource | null;
  /** Removes what killed harnesses left there; tells how many containers those were. */
  endOrphans(): Promise<number>;
}
