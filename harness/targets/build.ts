/**
 * Builds an implementation in the user's cache folder, never in its own. A build is named by the hash of its source
 * and toolchain, so what is measured is what was hashed, and a failed build can never leave an older product in its place.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, lstat, mkdir, readFile, readdir, realpath, rename, rm } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { UserError, exitCodes, messageOf } from "../errors.ts";
import { cacheFolder } from "../paths.ts";
import { ProcessGroup } from "../processes/group.ts";
import type { Implementation } from "../store/catalogue.ts";
import { readJsonFile } from "../store/json-file.ts";

export interface Build {
  /** Replaces {source}, {out}, {cache} and {toolchain} in a manifest's argument vectors. */
  readonly resolve: (argument: string) => string;
  readonly folder: string;
  readonly artifactBytes: number;
  /** How long the build took, now or when the same source was built before. */
  readonly buildS: number;
  /** True where the compiler had nothing of an earlier build to go by. */
  readonly fromScratch: boolean;
  /** How long the last build of the other kind took, of whatever source; null where there was none. */
  readonly otherBuildS: number | null;
}

/** Left out of the copy, the hash, and so of the build: what tools leave in a source folder. */
const notSource = new Set([
  "node_modules",
  "target",
  "dist",
  "__pycache__",
  ".venv",
  ".git",
  ".mypy_cache",
  ".ruff_cache",
  ".pytest_cache",
]);

export const isSource = (path: string): boolean => !notSource.has(basename(path));

/** Raised when the record or the way of building changes, so that an older build is not taken for a new one. */
const recordVersion = 2;

const recordSchema = z.strictObject({ artifactBytes: z.int(), buildS: z.number(), fromScratch: z.boolean() });

/** SHA-256 over names and contents of the folder's files. */
export async function hashSource(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const file of await sourceFiles(folder)) {
    const content = await readFile(file);
    hash.update(`${relative(folder, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

export interface BuildOptions {
  readonly implementation: Implementation;
  readonly sourceHash: string;
  readonly toolchain: { readonly command: string; readonly version: string };
  readonly logFile: string;
  readonly signal: AbortSignal;
}

/** Throws a UserError (exit code 6) that shows the end of the build's own output. */
export async function build(options: BuildOptions): Promise<Build> {
  const { implementation, sourceHash, toolchain } = options;
  const { manifest } = implementation;
  const id = createHash("sha256")
    .update(`${recordVersion}\0${sourceHash}\0${toolchain.command}\0${toolchain.version}\0${process.arch}`)
    .digest("hex")
    .slice(0, 20);
  const builds = join(cacheFolder(), "builds", manifest.id);
  await mkdir(builds, { recursive: true });
  // As it is without links: npm takes a folder behind one for a package of another project.
  const folder = join(await realpath(builds), id);
  const resolve = placeholders(folder, join(cacheFolder(), "compilers", manifest.id), toolchain.command);
  const record = join(folder, "build.json");
  if (existsSync(record)) {
    const recorded = readJsonFile(record, recordSchema);
    return { ...recorded, folder, resolve, otherBuildS: await lastBuildS(builds, !recorded.fromScratch) };
  }

  await rm(folder, { recursive: true, force: true });
  await copySource(implementation.folder, join(folder, "source"));
  await mkdir(join(folder, "out"), { recursive: true });
  const fromScratch = (await mkdir(resolve("{cache}"), { recursive: true })) !== undefined;
  const started = performance.now();
  for (const command of manifest.build.commands) await runStep(command.map(resolve), { ...options, cwd: join(folder, "source") });
  const buildS = (performance.now() - started) / 1000;
  const artifact = resolve(manifest.build.artifact);
  if (!existsSync(artifact)) throw buildError(manifest.id, `the build made no ${manifest.build.artifact}`);
  const artifactBytes = await sizeOf(artifact);
  await writeFileAtomic(record, JSON.stringify({ artifactBytes, buildS, fromScratch }));
  return { resolve, folder, artifactBytes, buildS, fromScratch, otherBuildS: await lastBuildS(builds, !fromScratch) };
}

/** Of the builds that are kept, the last one of that kind. */
async function lastBuildS(builds: string, fromScratch: boolean): Promise<number | null> {
  let last: { buildS: number; atMs: number } | null = null;
  for (const name of await readdir(builds)) {
    const record = join(builds, name, "build.json");
    if (!existsSync(record)) continue;
    // Records of earlier versions, which are not read, may look otherwise.
    const { data } = recordSchema.safeParse(JSON.parse(await readFile(record, "utf8")));
    const { mtimeMs } = await lstat(record);
    if (data?.fromScratch === fromScratch && mtimeMs > (last?.atMs ?? 0)) last = { buildS: data.buildS, atMs: mtimeMs };
  }
  return last?.buildS ?? null;
}

/** Bytes of a file, or of all files below a folder; links count as themselves. */
export async function sizeOf(path: string): Promise<number> {
  const stat = await lstat(path);
  if (!stat.isDirectory()) return stat.size;
  const sizes = await Promise.all((await readdir(path)).map((name) => sizeOf(join(path, name))));
  return sizes.reduce((total, size) => total + size, 0);
}

function placeholders(folder: string, cache: string, toolchain: string): (argument: string) => string {
  const values: Readonly<Record<string, string>> = { source: join(folder, "source"), out: join(folder, "out"), cache, toolchain };
  return (argument) => argument.replace(/\{(source|out|cache|toolchain)\}/g, (whole, name: string) => values[name] ?? whole);
}

async function runStep(
  command: readonly string[],
  { implementation, logFile, signal, cwd }: BuildOptions & { cwd: string },
): Promise<void> {
  const id = implementation.manifest.id;
  signal.throwIfAborted();
  try {
    await using step = await ProcessGroup.start({ command, cwd, env: process.env, logFile, cpus: null });
    const exit = await untilAborted(step.exited, signal);
    if (exit.code === 0) return;
    throw buildError(id, `${command[0]} ended with ${exit.code ?? exit.signal}:\n${step.logTail(15).join("\n")}`);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof UserError ? error : buildError(id, messageOf(error));
  }
}

/** The value of a promise, or the signal's reason as soon as it is aborted. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

export function buildError(id: string, sentence: string): UserError {
  return new UserError(
    exitCodes.implementation,
    `${id} does not build: ${sentence}`,
    "mend what the build's output names; the whole of it is in the run's logs folder",
  );
}

/** Copied beside its place and renamed, so that an interrupted copy is never built. */
export async function copySource(from: string, to: string): Promise<void> {
  await cp(from, `${to}.copy`, { recursive: true, filter: isSource });
  await rename(`${to}.copy`, to);
}

export async function sourceFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter(({ name }) => !notSource.has(name))
      .map(async (entry) => (entry.isDirectory() ? sourceFiles(join(folder, entry.name)) : [join(folder, entry.name)])),
  );
  return files.flat().toSorted();
}
