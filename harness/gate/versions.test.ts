import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { withEngine } from "../containers/testing/engine.ts";
import { packageRoot } from "../paths.ts";
import { resolveRedis } from "../redis/resolve.ts";
import { buildCandidate, findCandidate } from "../run/prepare.ts";
import { hashSource } from "../targets/build.ts";
import { buildImplementation } from "../targets/docker-build.ts";
import { openDockerTarget } from "../targets/docker.ts";
import { untilReady } from "../targets/readiness.ts";
import { choosePairs } from "./choose.ts";
import { openVersion, removeOldWorktrees } from "./versions.ts";

let folder = "";
let worktrees = "";
const git = (...args: string[]): string => execFileSync("git", args, { cwd: folder, encoding: "utf8" });

function writeService(id: string, marker: string): void {
  const target = join(folder, "implementations", id);
  cpSync(join(packageRoot, "harness", "testing", "service"), target, { recursive: true });
  const file = join(target, "implementation.json");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), id }));
  writeFileSync(join(target, "marker.txt"), marker);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cache-bench-versions-"));
  worktrees = join(folder, "cache", "cache-bench", "worktrees");
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  vi.spyOn(process, "cwd").mockReturnValue(folder);
  git("init", "--quiet", "--initial-branch=trunk");
  git("config", "user.email", "test@example.org");
  git("config", "user.name", "Test");
  writeFileSync(join(folder, ".gitignore"), "cache\n");
  writeService("one", "before");
  writeService("two", "before");
  git("add", ".");
  git("commit", "--quiet", "--message", "before");
  git("tag", "before");
  writeService("two", "after");
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("a ref is checked out into a worktree that is gone afterwards, and the user's own folder stays as it is", async () => {
  const status = git("status", "--porcelain");
  {
    await using version = await openVersion("--base", "before");
    expect(version.label).toMatch(/^before \([0-9a-f]{12}\)$/);
    const two = version.implementations.find(({ manifest }) => manifest.id === "two");
    expect(readFileSync(join(two?.folder ?? "", "marker.txt"), "utf8")).toBe("before");
    expect(readdirSync(worktrees)).toHaveLength(1);
  }
  expect(readdirSync(worktrees)).toEqual([]);
  expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
  expect(git("status", "--porcelain")).toBe(status);
});

test("only what changed is chosen; all or named ones are when asked for", async () => {
  await using base = await openVersion("--base", "before");
  await using head = await openVersion("--head", folder);
  const ids = async (all: boolean, names?: readonly string[]): Promise<readonly string[]> =>
    (await choosePairs(base, head, { all, names })).pairs.map(({ id }) => id);
  expect(await ids(false)).toEqual(["two"]);
  expect(await ids(true)).toEqual(["one", "two"]);
  expect(await ids(false, ["one"])).toEqual(["one"]);
  await expect(ids(false, ["tow"])).rejects.toThrow("did you mean two?");
  expect(await choosePairs(base, head, { all: false, names: undefined })).toMatchObject({ unchanged: ["one"], alone: [] });
});

test("a folder may be one implementation, and what only one version has is told", async () => {
  await using base = await openVersion("--base", join(folder, "implementations", "one"));
  await using head = await openVersion("--head", folder);
  expect(await choosePairs(base, head, { all: true, names: undefined })).toMatchObject({ pairs: [{ id: "one" }], alone: ["two"] });
});

test("what is neither folder nor ref, and a folder without implementations, are refused with a cure", async () => {
  await expect(openVersion("--base", "nowhere")).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining("neither a folder nor a commit"),
  });
  await expect(openVersion("--base", "--upload-pack=x")).rejects.toMatchObject({ exitCode: 2 });
  mkdirSync(join(folder, "cache"), { recursive: true });
  await expect(openVersion("--head", join(folder, "cache"))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining("no implementation"),
  });
});

test("worktrees of a gate that was killed are removed, those of a living one are not", async () => {
  await using version = await openVersion("--base", "before");
  const dead = join(worktrees, "4194303:1,base");
  git("worktree", "add", "--detach", "--quiet", dead, "before");
  await removeOldWorktrees();
  expect(existsSync(dead)).toBe(false);
  expect(readdirSync(worktrees)).toHaveLength(1);
  expect(version.implementations).toHaveLength(2);
});

withEngine((engine) => {
  test("an image is taken for the one implementation that is named, and runs in a container", async () => {
    const { signal } = new AbortController();
    const at = { logFile: join(folder, "log"), signal };
    await using base = await openVersion("--base", folder);
    const [implementation] = base.implementations;
    if (implementation === undefined) throw new Error("the folder has an implementation");
    const toolchain = { command: "docker", version: "" };
    const sourceHash = await hashSource(implementation.folder);
    const { imageId } = await buildImplementation(engine, { implementation, toolchain, sourceHash, ...at });

    await expect(openVersion("--head", imageId)).rejects.toMatchObject({ exitCode: 2, cure: expect.stringContaining("--implementations") });
    await using head = await openVersion("--head", imageId, ["one"]);
    expect(head).toMatchObject({ isImage: true, label: expect.stringMatching(/image [0-9a-f]{12}\)$/) });
    const { pairs } = await choosePairs(base, head, { all: false, names: ["one"] });
    expect(pairs.map(({ id }) => id)).toEqual(["one"]);

    const found = await findCandidate(pairs[0]?.head ?? implementation, await openDockerTarget(null));
    if (found.kind === "skipped") throw new Error(found.status.reason);
    const built = await buildCandidate(found.candidate, at);
    if ("kind" in built) throw new Error(built.reason);
    const redisSource = await resolveRedis(undefined, signal);
    await using redis = await redisSource.start({ cpus: null, logFile: join(folder, "redis.log"), signal });
    const settings = { redisUrl: redis.url, workers: 1, l1MaxBytes: 1_048_576 };
    await using service = await built.launchable.launch({ settings, cpus: null, ...at });
    await untilReady(service, signal);
    expect(service.processes().length).toBeGreaterThan(0);
  });
});
