/** A version that is an image: whoever built it, it is measured as the implementation that --implementations names. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineAddress, openEngine } from "../containers/engine.ts";
import { imageId } from "../containers/images.ts";
import { UserError, usageError } from "../errors.ts";
import { findImplementations } from "../store/catalogue.ts";
import type { Version } from "./versions.ts";

/** Null where no engine answers or it has no such image; nothing is pulled. Throws a UserError (2) unless one implementation is named. */
export async function openImage(option: string, name: string, named: readonly string[] | undefined): Promise<Version | null> {
  const id = await idOf(name);
  if (id === null) return null;
  if (named?.length !== 1)
    throw usageError(
      `${option} ${name} is an image, which does not say what it holds`,
      "name the one implementation that it was built from: --implementations go-production",
    );
  const [implementation] = findImplementations(named, () => false);
  if (implementation === undefined) throw new Error("a named implementation is found or refused");
  // The target builds Dockerfiles: this one adds nothing. It has no compiler to ask for its version.
  const folder = mkdtempSync(join(tmpdir(), "cache-bench-version-"));
  const dockerfile = "Dockerfile";
  writeFileSync(join(folder, dockerfile), `FROM ${id}\n`);
  const { manifest } = implementation;
  return {
    label: `${name} (image ${id.replace("sha256:", "").slice(0, 12)})`,
    isImage: true,
    implementations: [{ folder, manifest: { ...manifest, dockerfile, toolchain: { ...manifest.toolchain, probes: [] } } }],
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function idOf(name: string): Promise<string | null> {
  if (engineAddress() === null) return null;
  try {
    return await imageId((await openEngine()).docker, name);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
