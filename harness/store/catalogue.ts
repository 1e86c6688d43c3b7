/** Scenarios and implementations: those of the package, those in the current folder, and those named by a path. */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { basename, join, resolve, sep } from "node:path";
import { closest } from "fastest-levenshtein";
import { type Manifest, manifestSchema } from "../core/implementation.ts";
import { type Scenario, scenarioSchema } from "../core/scenario.ts";
import { usageError } from "../errors.ts";
import { packageRoot } from "../paths.ts";
import { readJsonFile, showPath } from "./json-file.ts";

export interface Implementation {
  readonly manifest: Manifest;
  readonly folder: string;
}

const manifestName = "implementation.json";

/** `names` are ids, or paths of folders that hold a manifest; undefined: all that `byDefault` takes. */
export function findImplementations(
  names: readonly string[] | undefined,
  byDefault: (manifest: Manifest) => boolean,
): readonly Implementation[] {
  const known = foldersOf("implementations", manifestName).map(readImplementation);
  if (names === undefined) return known.filter(({ manifest }) => byDefault(manifest));
  const chosen = names.map((name) => {
    if (isPath(name)) return readImplementation(resolve(name));
    return (
      known.find(({ manifest }) => manifest.id === name) ??
      unknownName(
        "implementation",
        name,
        known.map(({ manifest }) => manifest.id),
      )
    );
  });
  return distinct(chosen, ({ manifest }) => manifest.id);
}

/** `names` are ids, or paths of scenario files; "all" or a list of ids where none are given. */
export function findScenarios(names: readonly string[] | undefined, byDefault: "all" | readonly string[]): readonly Scenario[] {
  const files = rootsOf("scenarios").flatMap((root) =>
    readdirSync(root)
      .filter((name) => name.endsWith(".json"))
      .map((name) => join(root, name)),
  );
  const wanted = names ?? (byDefault === "all" ? files.map(idOf) : byDefault);
  const chosen = wanted.map((name) => {
    if (isPath(name)) return readScenario(resolve(name));
    const file = files.find((candidate) => idOf(candidate) === name);
    return file === undefined ? unknownName("scenario", name, files.map(idOf)) : readScenario(file);
  });
  return distinct(chosen, ({ id }) => id);
}

function readImplementation(folder: string): Implementation {
  const file = join(folder, manifestName);
  const manifest = readJsonFile(file, manifestSchema);
  const dockerfile = resolve(folder, manifest.dockerfile);
  if (!isInside(dockerfile, folder))
    throw usageError(
      `${showPath(file)}: dockerfile: ${manifest.dockerfile} lies outside the folder`,
      "name a file of the implementation's own folder",
    );
  return { manifest, folder };
}

function readScenario(file: string): Scenario {
  const scenario = readJsonFile(file, scenarioSchema);
  if (idOf(file) !== scenario.id)
    throw usageError(
      `${showPath(file)}: id: "${scenario.id}" is not the file's name`,
      `rename the file to ${scenario.id}.json, or mend id`,
    );
  return scenario;
}

function isInside(file: string, folder: string): boolean {
  const real = existsSync(file) ? realpathSync(file) : file;
  return real.startsWith(realpathSync(folder) + sep);
}

/** The package's folder of that name, then the current folder's own. */
function rootsOf(kind: "implementations" | "scenarios"): readonly string[] {
  return distinct(
    [join(packageRoot, kind), resolve(kind)].filter((root) => existsSync(root)),
    (root) => realpathSync(root),
  );
}

function foldersOf(kind: "implementations", file: string): readonly string[] {
  return rootsOf(kind).flatMap((root) =>
    readdirSync(root)
      .toSorted()
      .map((name) => join(root, name))
      .filter((folder) => existsSync(join(folder, file))),
  );
}

function isPath(name: string): boolean {
  return name.includes("/") || name.endsWith(".json");
}

function idOf(file: string): string {
  return basename(file, ".json");
}

function unknownName(kind: string, name: string, known: readonly string[]): never {
  const hint = known.length === 0 ? "there is none" : `did you mean ${closest(name, [...known])}? Known: ${known.join(", ")}`;
  throw usageError(`unknown ${kind} "${name}"; ${hint}`, `cache-bench list ${kind}s`);
}

function distinct<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
