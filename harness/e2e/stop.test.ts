import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { resultSchema } from "../core/result.ts";
import { listRuns } from "../store/run-folder.ts";
import { newWorkspace, processesOf, type Workspace } from "../testing/cli.ts";

const argsOf = (workspace: Workspace): string[] => [
  "run",
  "--implementations",
  workspace.service("mine"),
  "--scenarios",
  workspace.scenario,
  "--rounds",
  "2",
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

/** Ends a run in the middle of its second trial; what is in its journal then. */
async function stopped(workspace: Workspace, signal: NodeJS.Signals, code: number): Promise<{ runId: string; kept: string[] }> {
  const running = workspace.cli(argsOf(workspace));
  const runId = await untilTrials(workspace, 1);
  await sleep(1_500);
  running.kill(signal);
  const { exitCode, stderr } = await running;
  expect(exitCode).toBe(code);
  expect(stderr).toContain(`--resume ${runId}`);
  expect(processesOf(workspace)).toEqual([]);
  return { runId, kept: journal(workspace.folder, runId) };
}

const resume = (workspace: Workspace, runId: string, service: string) =>
  workspace.cli(["run", "--resume", runId, "--implementations", service, "--scenarios", "./tiny.json", "--json"]);

test("SIGTERM stops every process and keeps finished trials", async () => {
  const { kept } = await stopped(newWorkspace(), "SIGTERM", 143);
  expect(kept.length).toBeGreaterThanOrEqual(1);
});

test("SIGINT does the same; --resume refuses another plan, says what changed, and finishes the same one", async () => {
  const workspace = newWorkspace();
  const { runId, kept } = await stopped(workspace, "SIGINT", 130);
  const changed = await resume(workspace, runId, workspace.service("other"));
  expect(changed.exitCode).toBe(5);
  expect(changed.stderr).toContain("implementations, trials, coldStarts changed");

  const resumed = await resume(workspace, runId, "./mine");
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  const { trials, plan } = resultSchema.parse(JSON.parse(resumed.stdout));
  expect(trials.map(({ id }) => id)).toEqual(plan.trials.map(({ id }) => id));
  expect(journal(workspace.folder, runId).slice(0, kept.length)).toEqual(kept);
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
