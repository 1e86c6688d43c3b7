/** The bill in words. The page carries this file for its sliders, so it imports nothing that runs but the cost model. */
import type { PriceList } from "../harness/core/cost-prices.ts";
import {
  capacityAtObjective,
  cheapest,
  type CostBasis,
  type CostEstimate,
  type CostWish,
  defaultWish,
  estimateCost,
  isLowerBound,
  judgeObjective,
  mayBeLess,
  monthsToPayBack,
} from "../harness/core/cost.ts";

export interface CostSettings extends CostWish {
  /** An instance type, or empty for the cheapest bill. */
  readonly type: string;
  readonly months: number;
  /** What each implementation costs to build, by its id: dollars, once. */
  readonly engineering: Readonly<Record<string, number>>;
}

export const defaultSettings: CostSettings = { ...defaultWish, type: "", months: 24, engineering: {} };

export interface CostLine {
  readonly capacity: string;
  readonly objective: string;
  readonly instances: string;
  readonly limit: string;
  readonly bill: string;
  readonly total: string;
  readonly payBack: string;
}

interface Billed {
  readonly implementation: string;
  readonly name: string;
  readonly basis: CostBasis | null;
  readonly reason: string | null;
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const three = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumFractionDigits: 0 });

export function costLines(rows: readonly Billed[], prices: PriceList, settings: CostSettings): CostLine[] {
  const types = prices.types.filter(({ name }) => settings.type === "" || name === settings.type);
  const bills = rows.map(({ basis, implementation }): Bill => {
    const estimate = basis && cheapest(basis, types, settings);
    const isUpperBound = basis !== null && estimate !== null && mayBeLess(basis, types, settings, estimate);
    return { engineeringDollars: settings.engineering[implementation] ?? 0, estimate, isUpperBound };
  });
  const reference = referenceOf(rows, bills);
  return rows.map(({ basis, reason }, index): CostLine => {
    const bill = bills[index];
    if (!basis || !bill) return { ...noLine, objective: reason ?? "" };
    const { estimate, engineeringDollars } = bill;
    const capacity = capacityText(basis, settings.p99Ms);
    const objective = objectiveText(basis, settings.p99Ms);
    if (!estimate) return { ...noLine, capacity, objective, limit: whyNone(basis, types, settings) };
    return {
      capacity,
      objective,
      instances: `${atMost(bill)}${whole.format(estimate.instances)} x ${estimate.type}`,
      limit: limitTexts[estimate.limitedBy],
      bill: `${atMost(bill)}${dollars.format(estimate.dollarsPerMonth)}`,
      total: `${atMost(bill)}${dollars.format(estimate.dollarsPerMonth * settings.months + engineeringDollars)}`,
      payBack: reference === null || reference.index === index ? "" : payBackText(reference, bill),
    };
  });
}

function capacityText(basis: CostBasis, p99Ms: number): string {
  const capacity = capacityAtObjective(basis, p99Ms);
  if (capacity === null) return "";
  return `${isLowerBound(basis, p99Ms) ? "at least " : ""}${floored(capacity / basis.cpus)}`;
}

const atMost = ({ isUpperBound }: Bill): string => (isUpperBound ? "at most " : "");

/** Three digits; what is a lower end is never rounded up. */
function floored(value: number): string {
  const step = 10 ** (Math.floor(Math.log10(value)) - 2);
  return whole.format(Math.floor(value / step) * step);
}

const noLine: CostLine = { capacity: "", objective: "", instances: "none", limit: "", bill: "", total: "", payBack: "" };

const limitTexts = {
  capacity: "as many as the load takes",
  network: "as many as the network takes",
  "two at least": "two at least, one may fail",
} as const;

interface Bill {
  readonly estimate: CostEstimate | null;
  readonly engineeringDollars: number;
  readonly isUpperBound: boolean;
}

interface Reference {
  readonly index: number;
  readonly name: string;
  readonly dollarsPerMonth: number;
  readonly engineeringDollars: number;
  readonly isUpperBound: boolean;
}

/** Who costs the least to build, of equals who costs the most to run: the others have to earn their extra cost. */
function referenceOf(rows: readonly Billed[], bills: readonly Bill[]): Reference | null {
  const known = bills.flatMap(({ estimate, ...bill }, index) =>
    estimate ? [{ ...bill, index, name: rows[index]?.name ?? "", dollarsPerMonth: estimate.dollarsPerMonth }] : [],
  );
  if (new Set(known.map(({ engineeringDollars }) => engineeringDollars)).size < 2) return null;
  return known.toSorted((a, b) => a.engineeringDollars - b.engineeringDollars || b.dollarsPerMonth - a.dollarsPerMonth)[0] ?? null;
}

function payBackText(reference: Reference, { estimate, engineeringDollars, isUpperBound }: Bill): string {
  if (!estimate) return "";
  if (reference.isUpperBound || isUpperBound) return `unknown against ${reference.name}: one of the bills is only an upper bound`;
  const months = monthsToPayBack(reference, { dollarsPerMonth: estimate.dollarsPerMonth, engineeringDollars });
  if (months === null) return `never, against ${reference.name}`;
  return months === 0 ? `at once, against ${reference.name}` : `after ${three.format(months)} months, against ${reference.name}`;
}

function objectiveText(basis: CostBasis, p99Ms: number): string {
  const objective = judgeObjective(basis, p99Ms);
  const wish = `p99 ≤ ${three.format(p99Ms)} ms`;
  if (objective.kind === "searched")
    return `${wish}: kept up to ${objective.bounded ? "at least " : ""}${whole.format(objective.upToOpsPerS)}/s, by search`;
  if (objective.kind === "kept")
    return `${wish}: kept at ${whole.format(objective.upToOpsPerS)}/s, the highest rate that is known to keep it`;
  if (objective.kind === "no answer") return `${wish}: no rate is known to keep it (${objective.reason})`;
  if (objective.kind === "unknown") return `${wish}: unknown, no valid p99`;
  if (objective.kind === "met") return `${wish}: kept at ${whole.format(objective.upToOpsPerS)}/s, the highest rate measured`;
  if (objective.kind === "limits")
    return `${wish}: kept at ${whole.format(objective.upToOpsPerS)}/s, missed at ${whole.format(objective.missedAtOpsPerS)}/s`;
  return `${wish}: missed, ${three.format(objective.p99Ms)} ms at ${whole.format(objective.atOpsPerS)}/s`;
}

function whyNone(basis: CostBasis, types: PriceList["types"], settings: CostSettings): string {
  const { kind } = judgeObjective(basis, settings.p99Ms);
  if (kind === "missed") return "the objective is missed at the lowest rate measured";
  if (kind === "no answer") return "no rate is known to keep the objective";
  return types.some((type) => estimateCost(basis, type, settings)) ? "" : "its memory does not fit";
}
