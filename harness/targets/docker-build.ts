/** Builds an implementation's Dockerfile; an image is named by the hash of its source and used by id. */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answered, type Engine } from "../containers/engine.ts";
import { startContainer } from "../containers/container.ts";
import { baseImages } from "../containers/dockerfile.ts";
import { buildImage, ensureImage } from "../containers/images.ts";
import type { Manifest } from "../core/implementation.ts";
import { parseVersion } from "../core/version.ts";
import { UserError, messageOf } from "../errors.ts";
import { type BuildOptions, buildError, copySource, sourceFiles } from "./build.ts";

const contentLabel = "cache-bench.content";
const toolchainLabel = "cache-bench.toolchain";
/** Enough for a program that prints its version. */
const probeMemoryBytes = 512 * 1024 * 1024;

export interface ImageProduct {
  readonly imageId: string;
  readonly bytes: number;
  readonly buildS: number | null;
  readonly toolchainVersion: string;
}

/** Throws a UserError: the base images cannot be had (5), or the build failed (6), with the end of its output. */
export async function buildImplementation(engine: Engine, options: BuildOptions): Promise<ImageProduct> {
  const { implementation, sourceHash, logFile, signal } = options;
  const { manifest } = implementation;
  const content = createHash("sha256").update(`${manifest.id}\0${sourceHash}\0${engine.info.architecture}`).digest("hex");
  const earlier = await findBuilt(engine, content);
  if (earlier !== null) return earlier;

  const bases = baseImages(await readFile(join(implementation.folder, manifest.dockerfile), "utf8"));
  const ids: string[] = [];
  for (const base of bases) ids.push(await ensureImage(engine.docker, base, logFile, signal));
  const toolchain = await probeToolchain(engine, ids[0], manifest, signal);
  const staging = await mkdtemp(join(tmpdir(), "cache-bench-image-"));
  const started = performance.now();
  try {
    const context = join(staging, "context");
    await copySource(implementation.folder, context);
    // An ignore file that leaves out everything but the source leaves out the Dockerfile too; the docker client puts it back.
    const ignore = join(context, ".dockerignore");
    if (existsSync(ignore)) await appendFile(ignore, `\n!${manifest.dockerfile}\n!.dockerignore\n`);
    await buildImage(engine.docker, {
      folder: context,
      files: (await sourceFiles(context)).map((file) => file.slice(context.length + 1)),
      dockerfile: manifest.dockerfile,
      tag: `cache-bench/${manifest.id}:${content.slice(0, 12)}`,
      labels: { [contentLabel]: content, [toolchainLabel]: toolchain },
      logFile,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof UserError ? error : buildError(manifest.id, messageOf(error));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  const built = await findBuilt(engine, content);
  if (built === null) throw buildError(manifest.id, "the engine says that the build ended well, but has no image of it");
  const buildS = (performance.now() - started) / 1000;
  appendFileSync(logFile, `image ${built.imageId}, ${built.bytes} bytes\n`);
  return { ...built, buildS };
}

async function findBuilt({ docker }: Engine, content: string): Promise<ImageProduct | null> {
  const [image] = await answered("listing images", docker.listImages({ filters: { label: [`${contentLabel}=${content}`] } }));
  if (image === undefined) return null;
  return { imageId: image.Id, bytes: image.Size, buildS: null, toolchainVersion: image.Labels?.[toolchainLabel] ?? "unknown" };
}

/** The version of the toolchain in the image that builds: the manifest's own probes, run in it. */
async function probeToolchain(engine: Engine, image: string | undefined, { toolchain }: Manifest, signal: AbortSignal): Promise<string> {
  if (image === undefined) return "unknown";
  const folder = await mkdtemp(join(tmpdir(), "cache-bench-probe-"));
  try {
    for (const [index, [program = "", ...args]] of toolchain.probes.entries()) {
      signal.throwIfAborted();
      const logFile = join(folder, `${index}.log`);
      await using container = await startContainer(engine, {
        imageId: image,
        entrypoint: [program],
        command: args,
        env: {},
        network: { kind: "none" },
        cpus: null,
        memoryBytes: probeMemoryBytes,
        logFile,
      });
      const { code } = await answered("a toolchain's version", container.exited);
      const version = code === 0 ? parseVersion(readFileSync(logFile, "utf8")) : null;
      if (version !== null) return version;
    }
    return "unknown";
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
