import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { resultSchema } from "../core/result.ts";
import { listRuns } from "../store/run-folder.ts";
import { type CliRun, newWorkspace, processesOf, type Workspace } from "../testing/cli.ts";

const argsOf = (workspace: Workspace): string[] => [
  "run",
  "--implementations",
  workspace.service("mine"),
  "--scenarios",
  workspace.scenario,
  "--rounds",
  "3",
  "--duration",
  "1",
];

/** Waits until this many trials are in the journal; the run is then in the middle of the next one. */
async function untilTrials({ folder }: Workspace, wanted: number): Promise<string> {
  for (;;) {
    await sleep(50);
    const [run] = listRuns(join(folder, "results"));
    if (run !== undefined && journal(folder, run.id).length >= wanted) return run.id;
  }
}

function journal(folder: string, runId: string): string[] {
  try {
    return readFileSync(join(folder, "results", runId, "trials.jsonl"), "utf8")
      .split("\n")
      .filter(Boolean);
  } catch {
    return [];
  }
}

const resume = (workspace: Workspace, runId: string, service: string): CliRun =>
  workspace.cli(["run", "--resume", runId, "--implementations", service, "--scenarios", "./tiny.json", "--json"]);

/** Ends a run in the middle of a trial, once so many are in its journal; what is in it then. */
async function stop(workspace: Workspace, running: CliRun, trials: number, signal: NodeJS.Signals, code: number) {
  const runId = await untilTrials(workspace, trials);
  await sleep(1_500);
  running.kill(signal);
  const { exitCode, stderr } = await running;
  expect(exitCode).toBe(code);
  expect(stderr).toContain(`--resume ${runId}`);
  expect(processesOf(workspace)).toEqual([]);
  const kept = journal(workspace.folder, runId);
  expect(kept.length).toBeGreaterThanOrEqual(trials);
  return { runId, kept };
}

test("SIGINT and SIGTERM stop every process and keep finished trials; --resume refuses another plan, and finishes the same one", async () => {
  const workspace = newWorkspace();
  const interrupted = await stop(workspace, workspace.cli(argsOf(workspace)), 1, "SIGINT", 130);
  const { runId } = interrupted;

  const changed = await resume(workspace, runId, workspace.service("other"));
  expect(changed.exitCode).toBe(5);
  expect(changed.stderr).toContain("implementations, trials, coldStarts changed");

  const terminated = await stop(workspace, resume(workspace, runId, "./mine"), 2, "SIGTERM", 143);
  const resumed = await resume(workspace, runId, "./mine");
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  const { trials, plan } = resultSchema.parse(JSON.parse(resumed.stdout));
  const [done, planned] = [trials, plan.trials].map((some) => some.map(({ id }) => id));
  expect(done?.slice(0, 3)).toEqual(planned);
  // What the machine disturbed is repeated after all that was planned: a quarter of three at most, rounded up.
  expect(done?.slice(3).join()).toMatch(/^(t000[1-3]-2)?$/);
  for (const { kept } of [interrupted, terminated]) expect(journal(workspace.folder, runId).slice(0, kept.length)).toEqual(kept);
});

test("a run that was killed leaves nothing that the next start does not end, and a second run is refused while one goes on", async () => {
  const workspace = newWorkspace();
  const running = workspace.cli(argsOf(workspace));
  const runId = await untilTrials(workspace, 1);

  const second = await workspace.cli(["run", "--implementations", "./mine", "--scenarios", "./tiny.json"]);
  expect(second.exitCode).toBe(5);
  expect(second.stderr).toMatch(new RegExp(`process \\d+, run ${runId}`));

  await sleep(1_000);
  running.kill("SIGKILL");
  await running;
  expect(processesOf(workspace).length).toBeGreaterThan(0);

  const resumed = await resume(workspace, runId, "./mine");
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect(resumed.stderr).toMatch(/ended \d+ processes of a run that was killed/);
  expect(processesOf(workspace)).toEqual([]);
});
