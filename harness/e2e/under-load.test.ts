/** Services that lie only while the load runs: the checks before it cannot find them, the gates must. */
import { expect, test } from "vitest";
import { type Result, resultSchema } from "../core/result.ts";
import { newWorkspace } from "../testing/cli.ts";

async function runTiny(fault: string, rounds = "1"): Promise<Result> {
  const workspace = newWorkspace();
  const load = ["--scenarios", workspace.scenario, "--rounds", rounds, "--duration", "1"];
  const { stdout } = await workspace.cli(["run", "--implementations", workspace.service("mine", fault), ...load, "--json"]);
  return resultSchema.parse(JSON.parse(stdout));
}

const findingsOf = ({ trials: [trial] }: Result) => (trial?.outcome.kind === "measured" ? trial.outcome.findings : []);

test("a service that keeps its word has its values judged and nothing found", async () => {
  const result = await runTiny("none");
  expect(findingsOf(result).filter(({ gate }) => ["right-values", "counts-reconciled"].includes(gate))).toEqual([]);
  const [trial] = result.trials;
  if (trial?.outcome.kind !== "measured") throw new Error("not measured");
  expect(trial.outcome.loadPoints.at(-1)?.load.values.judged).toBeGreaterThan(10);
  const { requests, serviceRequests } = trial.outcome.counts;
  expect(serviceRequests["put/ok"]).toBe(requests.put.statuses["204"]);
  expect(requests.get.sent).toBeGreaterThan(trial.outcome.loadPoints.reduce((sum, { load }) => sum + load.operations.get.sent, 0));
});

test.each([
  ["mixes-up-keys", "another key's value"],
  ["serves-stale", "older than one acknowledged"],
  ["flips-bytes", "never written"],
])("a service that %s under load passes the checks, and its capacity is void", async (fault, words) => {
  const result = await runTiny(fault);
  expect(result.implementations[0]?.status).toMatchObject({ kind: "measured", failedChecks: [] });
  const found = findingsOf(result).filter(({ gate }) => gate === "right-values");
  expect(found).toContainEqual(expect.objectContaining({ severity: "void", loadPoint: 1, sentence: expect.stringContaining(words) }));
  expect(result.cells[0]?.figures.throughput).toMatchObject({ verdict: "void" });
});

test.each([
  ["miscounts", "the service counts"],
  ["keeps-writes", "writes were acknowledged, and Redis was asked for"],
])("a service that %s under load passes the checks, and its whole trial is void", async (fault, words) => {
  const result = await runTiny(fault);
  expect(result.implementations[0]?.status).toMatchObject({ kind: "measured", failedChecks: [] });
  const found = findingsOf(result).filter(({ gate }) => gate === "counts-reconciled");
  expect(found).toEqual([expect.objectContaining({ severity: "void", loadPoint: null, sentence: expect.stringContaining(words) })]);
  expect(result.cells[0]?.figures.p50).toMatchObject({ verdict: "void" });
});

test("a void trial is measured again at the end, within the budget, and still nothing void is averaged in", async () => {
  const { trials, cells, plan } = await runTiny("miscounts", "4");
  expect(trials.slice(0, 4).map(({ id }) => id)).toEqual(plan.trials.map(({ id }) => id));
  expect(trials.slice(4)).toMatchObject([{ id: expect.stringMatching(/^t000[1-4]-2$/), block: 4, implementation: "mine" }]);
  expect(cells[0]).toMatchObject({ launches: { planned: 4, measured: 5, void: 5 }, figures: { throughput: { verdict: "void" } } });
});
