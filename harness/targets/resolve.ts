/** Chooses the target of a run: what --target says, else docker where it can do the work, else process. */
import { askInfo, engineAddress } from "../containers/engine.ts";
import type { Profile } from "../core/instances.ts";
import { environmentError, messageOf, usageError } from "../errors.ts";
import type { Implementation } from "../store/catalogue.ts";
import { processes } from "./processes.ts";
import type { Target } from "./target.ts";

export interface TargetChoice {
  /** "process", "docker", "ssh://user@host"; undefined: docker where an engine answers and the images can be had. */
  readonly choice: string | undefined;
  readonly profile: Profile | null;
  readonly implementations: readonly Implementation[];
  /** False where --redis names another. */
  readonly redisFromTarget: boolean;
  /** Told once why docker was not taken though an engine is here. */
  readonly warn: (sentence: string) => void;
  readonly signal: AbortSignal;
}

export async function resolveTarget({ choice, profile, implementations, redisFromTarget, warn, signal }: TargetChoice): Promise<Target> {
  const memoryBytes = profile?.memoryBytes ?? null;
  if (choice === "process") return processes;
  if (choice === "docker") return (await import("./docker.ts")).openDockerTarget(memoryBytes);
  if (choice?.startsWith("ssh:")) return (await import("./ssh.ts")).openSshTarget(choice, memoryBytes, signal);
  if (choice !== undefined) throw usageError(`--target ${choice}: there is no such target`, "give process, docker, or ssh://user@host");
  const reason = await whyNotDocker(implementations, redisFromTarget);
  if (reason === null) return (await import("./docker.ts")).openDockerTarget(memoryBytes);
  if (reason !== "no engine") warn(`${reason}: services run as processes instead (--target docker says more)`);
  return processes;
}

/** Null where docker can do the work. */
async function whyNotDocker(implementations: readonly Implementation[], redisFromTarget: boolean): Promise<string | null> {
  const address = engineAddress();
  if (address === null) return "no engine";
  try {
    const { network } = await askInfo(address);
    if (network === "rootless") return "the Docker engine here is rootless";
    if (implementations.length === 0) throw environmentError("no implementation to run", "name one with --implementations");
    const missing = await (await import("./docker.ts")).imagesOutOfReach(implementations, redisFromTarget);
    return missing.length === 0 ? null : `a Docker engine is here, but these images can neither be found nor pulled: ${missing.join(", ")}`;
  } catch (error) {
    return `a Docker engine is here, but does not answer (${messageOf(error)})`;
  }
}
