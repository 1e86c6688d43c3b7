/** `cache-bench new`: a service of one's own, as a copy of the production service of a language, under another name. */
import { existsSync } from "node:fs";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { exitCodes, usageError } from "../errors.ts";
import { findImplementations } from "../store/catalogue.ts";
import { isSource } from "../targets/build.ts";
import { print } from "./output.ts";

export interface NewCommandOptions {
  readonly language: string;
}

/** Narrower than a manifest's id: it becomes the name of a package too, and Cargo's begin with a letter. */
const idPattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export async function newCommand({ language }: NewCommandOptions, [path = ""]: readonly string[]): Promise<number> {
  const folder = resolve(path);
  const id = basename(folder);
  if (!idPattern.test(id) || id.length > 63)
    throw usageError(`"${id}" cannot be the id of a service`, "use lower-case letters, digits and single dashes, a letter first");
  if (existsSync(folder)) throw usageError(`${path} exists already`, "give another id, or remove what is there");
  const [template] = findImplementations([`${language}-production`], () => true);
  if (template === undefined) throw new Error(`no production service in ${language}`);
  try {
    await cp(template.folder, folder, { recursive: true, filter: isSource });
    for (const file of await filesOf(folder)) await rename(file, template.manifest.id, id);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  print(`${path} is a copy of ${template.manifest.id} (${template.manifest.title}), named ${id}.`);
  print(`  check it    cache-bench verify ${asPath(path)}`);
  print(`  measure it  cache-bench run --implementations ${asPath(path)},${template.manifest.id}`);
  return exitCodes.done;
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Ids, names of packages and programs: all of them hold the template's id, but for the title. */
async function rename(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, "utf8");
  const renamed = text.replaceAll(from, to);
  if (renamed === text) return;
  const name = basename(file);
  if (name === "Cargo.lock") await writeFile(file, sortPackages(renamed));
  else if (name === "implementation.json") await writeFile(file, renamed.replace('"title": "', `"title": "${to}, from `));
  else await writeFile(file, renamed);
}

/** Cargo takes a lock file only as it would write it: packages in the order of their names. */
export function sortPackages(cargoLock: string): string {
  const [head = "", ...packages] = cargoLock.trimEnd().split("\n\n[[package]]\n");
  const nameOf = (one: string): string => /^name = "(.*)"$/m.exec(one)?.[1] ?? "";
  // The sort is stable: versions of one package stay in order.
  const sorted = packages.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0));
  return `${[head, ...sorted].join("\n\n[[package]]\n")}\n`;
}

/** Names without a slash are ids of the package's own services. */
const asPath = (path: string): string => (path.includes("/") ? path : `./${path}`);
