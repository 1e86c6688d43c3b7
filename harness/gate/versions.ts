/** What --base and --head name: a folder, an image, or a git ref, which is checked out into a worktree of its own. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { environmentError, usageError } from "../errors.ts";
import { cacheFolder } from "../paths.ts";
import { isAlive, ownerMark } from "../processes/orphans.ts";
import { findImplementations, type Implementation } from "../store/catalogue.ts";
import { openImage } from "./image-version.ts";

export interface Version extends AsyncDisposable {
  /** As it was asked for, with the commit where it is one. */
  readonly label: string;
  /** Then both versions are measured in containers. */
  readonly isImage: boolean;
  readonly implementations: readonly Implementation[];
}

/** `named` is what --implementations says. Throws a UserError when there is no such thing, or nothing to measure in it. */
export async function openVersion(option: "--base" | "--head", name: string, named?: readonly string[]): Promise<Version> {
  const folder = resolve(name);
  if (existsSync(folder) && statSync(folder).isDirectory()) {
    return { label: name, isImage: false, implementations: implementationsOf(folder, option, name), [Symbol.asyncDispose]: async () => {} };
  }
  const commit = await commitOf(name);
  if (commit === null) {
    const image = await openImage(option, name, named);
    if (image !== null) return image;
    throw usageError(
      `${option} ${name} is neither a folder nor a commit, branch or tag of the git repository here, nor an image of a Docker engine here`,
      "in CI, fetch the whole history: fetch-depth: 0",
    );
  }
  const worktree = await addWorktree(commit, option.slice(2));
  try {
    const label = commit.startsWith(name) ? commit.slice(0, 12) : `${name} (${commit.slice(0, 12)})`;
    const implementations = implementationsOf(worktree, option, name);
    return { label, isImage: false, implementations, [Symbol.asyncDispose]: () => removeWorktree(worktree) };
  } catch (error) {
    await removeWorktree(worktree);
    throw error;
  }
}

/** A folder that holds implementations/, or one implementation. */
function implementationsOf(folder: string, option: string, name: string): readonly Implementation[] {
  const isOne = existsSync(join(folder, "implementation.json"));
  const implementations = isOne ? [folder] : foldersBelow(join(folder, "implementations"));
  if (implementations.length === 0)
    throw usageError(
      `${option} ${name} holds no implementation`,
      "name a folder with an implementation.json, or one with implementations/ in it",
    );
  return findImplementations(implementations, () => true);
}

function foldersBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name))
    .filter((each) => existsSync(join(each, "implementation.json")));
}

const worktrees = (): string => join(cacheFolder(), "worktrees");

/** What gates that were killed left behind. */
export async function removeOldWorktrees(): Promise<void> {
  if (!existsSync(worktrees())) return;
  for (const name of await readdir(worktrees())) if (!isAlive(ownerOf(name))) await removeWorktree(join(worktrees(), name));
}

async function commitOf(ref: string): Promise<string | null> {
  const found = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`);
  return found.exitCode === 0 ? found.stdout : null;
}

async function addWorktree(commit: string, version: string): Promise<string> {
  await mkdir(worktrees(), { recursive: true });
  const folder = join(worktrees(), `${ownerMark()},${version}`);
  const added = await git("worktree", "add", "--detach", "--quiet", folder, commit);
  if (added.exitCode !== 0)
    throw environmentError(
      `git cannot check out ${commit.slice(0, 12)}: ${added.stderr}`,
      "mend what git names, or give folders instead of refs",
    );
  return folder;
}

function ownerOf(name: string): string {
  return name.split(",")[0] ?? "";
}

async function removeWorktree(folder: string): Promise<void> {
  await git("worktree", "remove", "--force", folder);
  // One of another repository is not git's to remove here.
  await rm(folder, { recursive: true, force: true });
}

async function git(...args: string[]): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  // Not stopped by the terminal's Ctrl-C: a worktree is removed after it.
  const { exitCode = 1, stdout, stderr } = await execa("git", args, { reject: false, detached: true });
  return { exitCode, stdout, stderr };
}
