/** Services that lie only while the load runs: the checks before it cannot find them, the gates must. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Result, resultSchema } from "../core/result.ts";
import { canPin, usableCpus } from "../processes/pinning.ts";
import { newWorkspace } from "../testing/cli.ts";

/** A service for each fault, which is its name too. */
async function runTiny(faults: readonly string[]): Promise<Result> {
  const workspace = newWorkspace();
  const services = faults.map((fault) => workspace.service(fault, fault)).join(",");
  const load = ["--scenarios", workspace.scenario, "--rounds", "1", "--duration", "1"];
  const { stdout } = await workspace.cli(["run", "--implementations", services, ...load, "--json"]);
  return resultSchema.parse(JSON.parse(stdout));
}

const wrongValues = [
  ["mixes-up-keys", "another key's value"],
  ["serves-stale", "older than one acknowledged"],
  ["flips-bytes", "never written"],
] as const;
const wrongCounts = [
  ["miscounts", "the service counts"],
  ["keeps-writes", "writes were acknowledged, and Redis was asked for"],
  ["rereads-hits", "L1 did not answer"],
] as const;

const leaves = "leaves-its-cpu";
/** On one processor there is nowhere to go. */
const canLeave = canPin() && usableCpus().length > 1;

describe("of services that lie, side by side,", () => {
  let result: Result;
  beforeAll(async () => {
    result = await runTiny([...[...wrongValues, ...wrongCounts].map(([fault]) => fault), leaves]);
  });

  function measured(fault: string) {
    const outcome = result.trials.find(({ implementation }) => implementation === fault)?.outcome;
    if (outcome?.kind !== "measured") throw new Error(`${fault} was not measured`);
    const figures = result.cells.find(({ implementation }) => implementation === fault)?.figures;
    return { ...outcome, figures };
  }

  test("each passes the checks before the load", () => {
    for (const { status } of result.implementations) expect(status).toMatchObject({ kind: "measured", failedChecks: [] });
  });

  test.each(wrongValues)("one that %s has a void capacity", (fault, words) => {
    const { findings, figures } = measured(fault);
    const found = findings.filter(({ gate }) => gate === "right-values");
    expect(found).toContainEqual(expect.objectContaining({ severity: "void", loadPoint: 1, sentence: expect.stringContaining(words) }));
    expect(figures?.throughput).toMatchObject({ verdict: "void" });
  });

  test.each(wrongCounts)("one that %s has a void trial", (fault, words) => {
    const { findings, figures } = measured(fault);
    const found = findings.filter(({ gate }) => gate === "counts-reconciled");
    expect(found).toEqual([expect.objectContaining({ severity: "void", loadPoint: null, sentence: expect.stringContaining(words) })]);
    expect(figures?.p50).toMatchObject({ verdict: "void" });
  });

  test.skipIf(!canLeave)("one that leaves the processor it was given has a void trial", () => {
    const { findings, figures } = measured(leaves);
    const others = usableCpus().filter((cpu) => !result.plan.topology.service.includes(cpu));
    const found = findings.filter(({ gate }) => gate === "placement");
    expect(found).toEqual([
      expect.objectContaining({
        severity: "void",
        loadPoint: null,
        sentence: expect.stringContaining(`processor ${others.join(", ")} too`),
      }),
    ]);
    expect(figures?.throughput).toMatchObject({ verdict: "void" });
  });

  test("a void trial is measured again at the end, within the budget, and still nothing void is averaged in", () => {
    const { trials, plan, cells } = result;
    const first = trials.slice(0, plan.trials.length);
    expect(first.map(({ id }) => id)).toEqual(plan.trials.map(({ id }) => id));
    // A quarter of seven, rounded up.
    const repeat = { id: expect.stringMatching(/^t000[1-7]-2$/), block: 1 };
    const repeats = trials.slice(plan.trials.length);
    expect(repeats).toMatchObject([repeat, repeat]);
    const again = cells.find(({ implementation }) => implementation === repeats[0]?.implementation);
    expect(again).toMatchObject({ launches: { planned: 1, measured: 2, void: 2 }, figures: { throughput: { verdict: "void" } } });
  });
});
