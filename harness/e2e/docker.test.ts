import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { engineAddress } from "../containers/engine.ts";
import { removeContainer } from "../containers/ownership.ts";
import { withEngine } from "../containers/testing/engine.ts";
import { resultSchema } from "../core/result.ts";
import { type CliRun, newWorkspace, type Workspace } from "../testing/cli.ts";

const env = { DOCKER_HOST: engineAddress() ?? "" };
const runTiny = (workspace: Workspace, service: string, ...options: string[]): CliRun =>
  workspace.cli(
    ["run", "--implementations", service, "--scenarios", workspace.scenario, "--rounds", "1", "--duration", "1", ...options],
    env,
  );

withEngine((engine) => {
  /** Ids of the containers that cache-bench started and that are there. */
  const ours = async (): Promise<string[]> =>
    (await engine.docker.listContainers({ all: true, filters: { label: ["cache-bench.owner"] } })).map(({ Id }) => Id).toSorted();

  test("run --target docker measures a service in a container, keeps its logs, resumes there, and leaves none behind", async () => {
    const before = await ours();
    const workspace = newWorkspace();
    const run = runTiny(workspace, workspace.service("mine"), "--target", "docker", "--instance", "c6g.medium", "--json");
    const { exitCode, stdout, stderr } = await run;
    expect(exitCode, stderr).toBe(0);
    const { runId, plan, redis, trials, coldStarts, implementations } = resultSchema.parse(JSON.parse(stdout));
    expect(plan.target).toMatchObject({ kind: "docker", instance: "c6g.medium", memoryLimitBytes: 2 * 1024 ** 3 });
    expect(redis.source).toBe("docker image redis:7.2");
    expect(trials[0]?.outcome).toMatchObject({
      kind: "measured",
      containment: { oomKills: 0, memoryPeakBytes: expect.any(Number) },
      memory: expect.arrayContaining([expect.objectContaining({ pssBytes: expect.any(Number), tookMs: expect.any(Number) })]),
      loadPoints: [expect.objectContaining({ serviceCpuS: expect.any(Number) }), expect.anything()],
    });
    expect(coldStarts[0]?.samplesMs).toHaveLength(10);
    expect(implementations[0]?.status).toMatchObject({ kind: "measured", toolchainVersion: expect.stringMatching(/^24\./) });
    expect(stdout).not.toContain(workspace.folder);
    expect(await ours()).toEqual(before);

    const log = join(workspace.folder, "results", runId, "logs", "t0001-mine.log.redis");
    expect(readFileSync(log, "utf8")).toContain("Ready to accept connections");
    const again = await workspace.cli(
      ["run", "--resume", runId, "--implementations", "./mine", "--scenarios", workspace.scenario, "--json"],
      env,
    );
    expect(resultSchema.parse(JSON.parse(again.stdout)).plan.target, again.stderr).toEqual(plan.target);
  });

  test("without --target, docker is taken where an engine answers, and processes with a note where the images cannot be had", async () => {
    const workspace = newWorkspace();
    const service = workspace.service("mine");
    const docked = await runTiny(workspace, service, "--dry-run", "--json");
    expect(JSON.parse(docked.stdout).target.kind, docked.stderr).toBe("docker");
    expect(docked.stderr).toBe("");
    writeFileSync(join(service, "Dockerfile"), "FROM 127.0.0.1:1/no/such-image:1\n");
    const fallen = await runTiny(workspace, service, "--dry-run", "--json");
    expect(JSON.parse(fallen.stdout).target.kind, fallen.stderr).toBe("process");
    expect(fallen.stderr).toContain("127.0.0.1:1/no/such-image:1");
  });

  test("a Dockerfile that fails is exit 6 with the build's own words", async () => {
    const workspace = newWorkspace();
    const service = workspace.service("unbuildable");
    writeFileSync(join(service, "Dockerfile"), "FROM node:24-bookworm-slim\nRUN ls no-such-file\n");
    const { exitCode, stdout } = await runTiny(workspace, service, "--target", "docker");
    expect(exitCode).toBe(6);
    expect(stdout).toContain("no-such-file");
  });

  test("a service over its memory limit fails for memory, and has no number", async () => {
    const workspace = newWorkspace();
    const { exitCode, stdout } = await runTiny(
      workspace,
      workspace.service("glutton", "eats-memory"),
      "--target",
      "docker",
      "--instance",
      "c6g.medium",
      "--json",
    );
    expect(exitCode).toBe(6);
    expect(JSON.stringify(resultSchema.parse(JSON.parse(stdout)))).toContain("killed for memory: over its limit of 2 GiB");
  });

  test("what a killed run leaves on the engine the next start removes, and nothing foreign", async () => {
    const foreign = await engine.docker.createContainer({ Image: "debian:bookworm-slim", Cmd: ["sleep", "600"] });
    await foreign.start();
    try {
      const before = await ours();
      const workspace = newWorkspace();
      const service = workspace.service("mine");
      const running = runTiny(workspace, service, "--target", "docker");
      // Redis and the service of the check or of a trial.
      for (let attempt = 0; attempt < 1_000 && (await ours()).length < before.length + 2; attempt++) await sleep(50);
      running.kill("SIGKILL");
      await running;
      await sleep(1_500);
      expect((await ours()).length).toBeGreaterThan(before.length);
      const next = await runTiny(workspace, service, "--target", "docker");
      expect(next.exitCode, next.stderr).toBe(0);
      expect(next.stderr).toMatch(/removed \d+ containers of a run that was killed/);
      expect(await ours()).toEqual(before);
      expect((await foreign.inspect()).State.Running).toBe(true);
    } finally {
      await removeContainer(engine.docker, foreign.id);
    }
  });

  test("SIGINT leaves no container", async () => {
    const before = await ours();
    const workspace = newWorkspace();
    const running = runTiny(workspace, workspace.service("mine"), "--target", "docker");
    for (let attempt = 0; attempt < 1_000 && (await ours()).length < before.length + 2; attempt++) await sleep(50);
    running.kill("SIGINT");
    expect((await running).exitCode).toBe(130);
    expect(await ours()).toEqual(before);
  });
});
