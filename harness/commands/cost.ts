/** `cache-bench cost`: instances and dollars a month, estimated from a run. */
import { resolve } from "node:path";
import { costLines, defaultSettings } from "../../report/cost-lines.ts";
import { costView } from "../../report/cost-view.ts";
import type { CostScenario, CostView } from "../../report/model-types.ts";
import { identify } from "../../report/names.ts";
import { presentable } from "../../report/presentable.ts";
import { wishText } from "../../report/summaries.ts";
import { wrap } from "../../report/wrap.ts";
import { defaultPrices, priceListSchema } from "../core/cost-prices.ts";
import { type CostWish, estimateCost, judgeObjective } from "../core/cost.ts";
import { exitCodes, usageError } from "../errors.ts";
import { readJsonFile } from "../store/json-file.ts";
import { findResult } from "../store/run-folder.ts";
import { print, table, terminalStyle } from "./output.ts";

export interface CostCommandOptions {
  readonly ops: number;
  readonly p99: string;
  readonly utilisation: string;
  readonly prices?: string;
  readonly results: string;
  readonly json?: true;
}

export async function costCommand(options: CostCommandOptions, [run = ""]: readonly string[]): Promise<number> {
  const wish = wishOf(options);
  const prices = options.prices === undefined ? defaultPrices : readJsonFile(resolve(options.prices), priceListSchema);
  const { result } = findResult(run, resolve(options.results));
  const view = costView(result, identify(result), wish, prices);
  print(
    options.json ? JSON.stringify({ runId: result.runId, ...data(view) }, null, 2) : describe(presentable(view), terminalStyle().columns),
  );
  return view.scenarios.some(({ rows }) => rows.some(({ basis }) => basis !== null)) ? exitCodes.done : exitCodes.nothingValid;
}

function wishOf({ ops, p99, utilisation }: CostCommandOptions): CostWish {
  const share = Number(utilisation);
  if (!(share > 0 && share <= 1)) throw usageError(`--utilisation ${utilisation} is not above 0 and at most 1`, "give a share, as in 0.7");
  return { opsPerS: ops, p99Ms: parseMs(p99), utilisation: share, priceFactor: 1 };
}

const unitsMs: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 };

function parseMs(text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(us|ms|s)$/.exec(text) ?? [];
  const ms = Number(number) * (unitsMs[unit] ?? Number.NaN);
  if (ms > 0) return ms;
  throw usageError(`--p99 ${text} is not a time`, "give it with its unit, as in 10ms, 500us or 1s");
}

/** Every service on every type, unrounded. */
function data({ wish, prices, scenarios, notes }: CostView): object {
  return {
    wish,
    prices: { source: prices.source, date: prices.date, region: prices.region },
    scenarios: scenarios.map(({ id, rows }) => ({
      scenario: id,
      services: rows.map(({ implementation, basis, reason }) => ({
        implementation,
        reason,
        basis,
        objective: basis && judgeObjective(basis, wish.p99Ms),
        estimates: basis === null ? [] : prices.types.flatMap((type) => estimateCost(basis, type, wish) ?? []),
      })),
    })),
    notes,
  };
}

function describe(view: CostView, width: number): string {
  const { wish, scenarios, notes } = view;
  return [
    ...wrap(wishText(wish), width),
    ...scenarios.flatMap((scenario) => ["", scenario.title, scenarioTable(view, scenario), ...objectives(view, scenario, width)]),
    "",
    ...notes.flatMap((note) => wrap(`! ${note}`, width, "  ")),
  ].join("\n");
}

function scenarioTable({ wish, prices }: CostView, { rows }: CostScenario): string {
  const lines = costLines(rows, prices, { ...defaultSettings, ...wish });
  return table(
    ["", "OPS/S A VCPU", "INSTANCES", "A MONTH", "BECAUSE"],
    rows.map(({ name }, index) => {
      const { capacity = "", instances = "", bill = "", limit = "" } = lines[index] ?? {};
      return [name, capacity, instances, bill, limit];
    }),
  );
}

function objectives({ wish, prices }: CostView, { rows }: CostScenario, width: number): string[] {
  const lines = costLines(rows, prices, { ...defaultSettings, ...wish });
  return rows.flatMap(({ name }, index) => wrap(`${name}: ${lines[index]?.objective ?? ""}`, width, "  "));
}
