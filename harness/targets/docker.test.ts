import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withEngine } from "../containers/testing/engine.ts";
import { manifestSchema } from "../core/implementation.ts";
import { readProc } from "../processes/proc.ts";
import { readJsonFile } from "../store/json-file.ts";
import { newWorkspace } from "../testing/cli.ts";
import { hashSource } from "./build.ts";
import { openDockerTarget } from "./docker.ts";
import { untilReady, whileAlive } from "./readiness.ts";
import { behavesAsTarget, testLauncher } from "./testing/behaviour.ts";

const { signal } = new AbortController();
const memoryBytes = 192 * 1024 * 1024;

withEngine((engine) => {
  const launch = testLauncher(() => openDockerTarget(memoryBytes));
  behavesAsTarget(launch);

  test("a container is held by the kernel to what was asked for: no root, no capabilities, no new privileges, a read-only root", async () => {
    await using service = await launch();
    await untilReady(service, signal);
    const [pid] = service.processes();
    const status = readProc(`/proc/${pid}/status`);
    expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
    expect(status).toMatch(/^CapEff:\t0{16}$/m);
    expect(status).toMatch(/^CapBnd:\t0{16}$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    expect(readProc(`/proc/${pid}/mounts`)).toMatch(/^\S+ \/ \S+ ro,/m);
    expect(readProc(`/proc/${pid}/limits`)).toMatch(/^Max open files\s+16384\s+16384/m);
  });

  test("a service over its memory limit is killed for memory, and that is what is said of it", async () => {
    await using service = await launch("eats-memory");
    const work = untilReady(service, signal).then(() => whileAlive(service, new Promise(() => {})));
    await expect(work).rejects.toThrow(/killed for memory: over its limit of 192 MiB/);
  });

  test("a child that is killed for memory is counted, though the service lives on", async () => {
    await using service = await launch("child-eats-memory");
    await untilReady(service, signal);
    await expect.poll(async () => (await service.probe.containment())?.oomKills, { timeout: 60_000, interval: 100 }).toBeGreaterThan(0);
    expect(service.exit).toBeNull();
    expect((await service.probe.containment())?.memoryPeakBytes).toBeGreaterThan(memoryBytes / 2);
  });

  test("an unchanged source is not built again, and another one has another image", async () => {
    const workspace = newWorkspace();
    const folder = workspace.service(`again-${Date.now()}`);
    const target = await openDockerTarget(null);
    const build = async (): Promise<{ buildS: number | null; artifactBytes: number }> =>
      target.build({
        implementation: { folder, manifest: readJsonFile(join(folder, "implementation.json"), manifestSchema) },
        toolchain: { command: "docker", version: "" },
        sourceHash: await hashSource(folder),
        logFile: join(workspace.folder, "build.log"),
        signal,
      });
    expect(await build()).toMatchObject({ buildS: expect.any(Number), toolchainVersion: expect.stringMatching(/^24\./) });
    expect(await build()).toMatchObject({ buildS: null, toolchainVersion: expect.stringMatching(/^24\./) });
    writeFileSync(join(folder, "more.mjs"), "// changed");
    expect(await build()).toMatchObject({ buildS: expect.any(Number) });

    writeFileSync(join(folder, "Dockerfile"), "FROM node:24-bookworm-slim\nRUN echo some words of the build && ls no-such-file\n");
    const failure = await build().catch((error: unknown) => error);
    expect(failure).toMatchObject({ exitCode: 6, message: expect.stringContaining("some words of the build") });
    expect(readFileSync(join(workspace.folder, "build.log"), "utf8")).toContain("no-such-file");

    const images = await engine.docker.listImages({ filters: { reference: [`cache-bench/again-*`] } });
    // One after another: an engine that removes two images at once can stumble over the layers they share.
    for (const { Id } of images) await engine.docker.getImage(Id).remove({ force: true });
  });

  test("a base image that cannot be had is an error of the environment that names it", async () => {
    const workspace = newWorkspace();
    const folder = workspace.service("baseless");
    writeFileSync(join(folder, "Dockerfile"), "FROM 127.0.0.1:1/no/such-image:1\n");
    const target = await openDockerTarget(null);
    const build = target.build({
      implementation: { folder, manifest: readJsonFile(join(folder, "implementation.json"), manifestSchema) },
      toolchain: { command: "docker", version: "" },
      sourceHash: await hashSource(folder),
      logFile: join(workspace.folder, "build.log"),
      signal,
    });
    await expect(build).rejects.toMatchObject({ exitCode: 5, message: expect.stringContaining("127.0.0.1:1/no/such-image:1") });
  });

  test("an implementation without a Dockerfile is skipped with the reason", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cache-bench-test-"));
    const manifest = readJsonFile(join(newWorkspace().service("plain"), "implementation.json"), manifestSchema);
    expect(existsSync(join(folder, manifest.dockerfile))).toBe(false);
    expect(await (await openDockerTarget(null)).find({ folder, manifest })).toMatchObject({
      kind: "missing",
      reason: "it has no Dockerfile",
    });
  });
});
