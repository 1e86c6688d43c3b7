/** The target `docker`: each implementation's Dockerfile, built and run hardened on a Docker engine of this machine. */
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describeBytes } from "../containers/container.ts";
import { type Engine, openEngine } from "../containers/engine.ts";
import { baseImages } from "../containers/dockerfile.ts";
import { unobtainable } from "../containers/images.ts";
import { removeOrphanContainers } from "../containers/ownership.ts";
import type { TargetDescription } from "../core/target.ts";
import { environmentError } from "../errors.ts";
import { describeHost } from "../probes/machine.ts";
import { dockerSource, redisImage } from "../redis/docker.ts";
import type { Implementation } from "../store/catalogue.ts";
import { buildImplementation } from "./docker-build.ts";
import { containerLaunchable, localPlacement, type Placement } from "./docker-launch.ts";
import type { Target } from "./target.ts";

/** Throws a UserError (exit code 5) when no engine answers, or one whose containers cannot be reached from here. */
export async function openDockerTarget(memoryLimitBytes: number | null): Promise<Target> {
  const engine = await openEngine();
  if (engine.info.network === "rootless")
    throw environmentError(
      "the Docker engine here is rootless: its containers are on a network of their own, and not to be pinned",
      "use an engine that runs as root, or --target process",
    );
  return targetOn(engine, localPlacement(engine), memoryLimitBytes);
}

export function targetOn(engine: Engine, placement: Placement, memoryLimitBytes: number | null): Target {
  // A service that runs away must not take the machine with it, whatever was asked for.
  const memoryBytes = memoryLimitBytes ?? Math.floor(engine.info.memoryBytes / 2);
  return {
    description: describeTarget(engine, placement.address !== null, memoryBytes),
    host: describeHost(),
    elsewhere: null,
    async find({ manifest, folder }) {
      const file = join(folder, manifest.dockerfile);
      try {
        await access(file);
      } catch {
        return { kind: "missing", reason: `it has no ${manifest.dockerfile}`, cure: "write one, or use --target process" };
      }
      return { kind: "found", command: "docker", version: baseImages(await readFile(file, "utf8"))[0] ?? "no base image" };
    },
    async build(options) {
      const { imageId, bytes, buildS, toolchainVersion } = await buildImplementation(engine, options);
      const id = options.implementation.manifest.id;
      return {
        launchable: containerLaunchable(engine, { id, imageId, memoryBytes }, placement),
        artifactBytes: bytes,
        buildS,
        // An image is built without what compilers keep of earlier builds.
        builtFromScratch: true,
        otherBuildS: null,
        toolchainVersion,
      };
    },
    redisSource: dockerSource(async () => engine),
    endOrphans: () => removeOrphanContainers(engine.docker),
    [Symbol.asyncDispose]: async () => {},
  };
}

function describeTarget({ info }: Engine, hostNetwork: boolean, memoryBytes: number): TargetDescription {
  const reached = hostNetwork
    ? "on the host's network, so no proxy lies between load and service"
    : "behind the engine's port proxy, which can halve throughput; processor time and memory are the engine's counts of the container, PSS is not known";
  return {
    kind: "docker",
    sentence: `containers of Docker ${info.version} (${info.operatingSystem}), ${reached}; read-only, no capabilities, not root, at most ${describeBytes(memoryBytes)} of memory each`,
    memoryLimitBytes: memoryBytes,
    instance: null,
    emulation: null,
  };
}

/** Of all images that these implementations and Redis need, those that are neither on the engine nor to be pulled. */
export async function imagesOutOfReach(implementations: readonly Implementation[], withRedis: boolean): Promise<readonly string[]> {
  const { docker } = await openEngine();
  const dockerfiles = await Promise.all(
    implementations.map(({ manifest, folder }) => readFile(join(folder, manifest.dockerfile), "utf8").catch(() => "")),
  );
  const images = new Set([...dockerfiles.flatMap(baseImages), ...(withRedis ? [redisImage] : [])]);
  return unobtainable(docker, [...images]);
}
