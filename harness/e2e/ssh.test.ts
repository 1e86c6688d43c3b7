import { delimiter } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseSshTarget } from "../containers/ssh.ts";
import { resultSchema } from "../core/result.ts";
import { type CliRun, newWorkspace, type Workspace } from "../testing/cli.ts";
import { startTestMachine, type TestMachine, whyNoSecondMachine } from "./testing/remote-machine.ts";

test("an ssh:// address is what ssh takes, and nothing that ssh would take for an option", () => {
  expect(parseSshTarget("ssh://me@host.example:2222")).toEqual(["-p", "2222", "me@host.example"]);
  expect(parseSshTarget("ssh://10.0.0.7")).toEqual(["10.0.0.7"]);
  for (const wrong of ["ssh://-oProxyCommand=x", "ssh://me@-x", "ssh://a b", "ssh://", "ssh://host/path", "ssh://h:1:2"])
    expect(() => parseSshTarget(wrong)).toThrow(/not an ssh:\/\/ address/);
});

const missing = whyNoSecondMachine();

describe.skipIf(missing !== null)(`on a second machine (${missing ?? "a network namespace"})`, () => {
  let machine: TestMachine;
  beforeAll(async () => {
    machine = await startTestMachine(["node:24-bookworm-slim", "redis:7.2"]);
  });
  afterAll(() => machine[Symbol.asyncDispose]());

  const run = (workspace: Workspace, service: string, ...options: string[]): CliRun =>
    workspace.cli(
      [
        "run",
        "--target",
        `ssh://root@${machine.address}`,
        "--implementations",
        service,
        "--scenarios",
        workspace.scenario,
        "--rounds",
        "1",
        "--duration",
        "1",
        ...options,
      ],
      { PATH: `${machine.bin}${delimiter}${process.env["PATH"]}` },
    );
  const containers = async (): Promise<string> =>
    (await execa("docker", ["--host", machine.engineAddress, "ps", "--all", "--quiet"])).stdout;

  test("services and Redis run there, load comes from here, every figure is there, and nothing is left", async () => {
    const workspace = newWorkspace();
    const { exitCode, stdout, stderr } = await run(workspace, workspace.service("mine"), "--json");
    expect(exitCode, stderr).toBe(0);
    const { plan, trials, coldStarts } = resultSchema.parse(JSON.parse(stdout));
    expect(plan.target).toMatchObject({ kind: "ssh", sentence: expect.stringContaining("on another machine") });
    expect(plan.topology.serviceElsewhere).toBe(true);
    expect(trials[0]?.outcome).toMatchObject({
      kind: "measured",
      containment: { oomKills: 0 },
      memory: expect.arrayContaining([expect.objectContaining({ pssBytes: expect.any(Number), tookMs: expect.any(Number) })]),
      loadPoints: [
        expect.objectContaining({ serviceCpuS: expect.any(Number) }),
        expect.objectContaining({ redisCpuS: expect.any(Number) }),
      ],
    });
    expect(coldStarts[0]?.samplesMs).toHaveLength(10);
    expect(stdout).not.toContain(machine.address);
    expect(await containers()).toBe("");
  });

  test("a machine whose key is not known is refused with ssh's own words", async () => {
    const stranger = "ssh://root@127.0.0.1:1";
    const workspace = newWorkspace();
    const args = ["run", "--target", stranger, "--implementations", workspace.service("mine"), "--scenarios", workspace.scenario];
    const { exitCode, stderr } = await workspace.cli(args, { PATH: `${machine.bin}${delimiter}${process.env["PATH"]}` });
    expect(exitCode).toBe(5);
    expect(stderr).toContain("cannot be reached");
  });

  test("a machine that is lost while it is measured ends the run as the fault of the environment", async () => {
    const workspace = newWorkspace();
    const running = run(workspace, workspace.service("mine"));
    for (let attempt = 0; attempt < 600 && (await containers()).split("\n").length < 2; attempt++) await sleep(100);
    await machine.disconnect();
    const { exitCode, stderr } = await running;
    expect(exitCode, stderr).toBe(5);
    expect(stderr).toMatch(/the Docker engine (is gone|did not answer)|it does not answer within 30 s/);
  });

  test("a machine with another key than the known one is not talked to", async () => {
    machine.forgetKey();
    const workspace = newWorkspace();
    const { exitCode, stderr } = await run(workspace, workspace.service("mine"));
    expect(exitCode).toBe(5);
    expect(stderr).toContain("cannot be reached");
  });
});
