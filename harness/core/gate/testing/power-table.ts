/** Prints the tables of docs/gate.md: how often a simulated job of 12 rounds and 10 members finds one that became slower. */
import { realistic, Simulator } from "./simulated-job.ts";

const slowdowns = [0, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3] as const;
const spreads = [0.01, 0.02, 0.03, 0.05, 0.08, 0.12] as const;
const members = 10;

export interface Cell {
  readonly slowdown: number;
  readonly spread: number;
  readonly minimalEffect: number;
  readonly jobs: number;
}

/** Share of jobs with the right answer: the slow member is found or, where none is, that some member is called slower. */
export function shareFound({ slowdown, spread, minimalEffect, jobs }: Cell): number {
  const simulator = new Simulator(20_261);
  const family = Array.from({ length: members }, (_, index) => ({
    better: "lower" as const,
    minimalEffect,
    effect: index === 0 ? Math.log(1 + slowdown) : 0,
  }));
  const found = Array.from({ length: jobs }, () => simulator.job(family, 12, realistic(spread)).regressions);
  return found.filter((regressions) => (slowdown === 0 ? regressions.length > 0 : regressions.includes(0))).length / jobs;
}

function printTable(minimalEffect: number, jobs: number): void {
  const percent = (share: number): string => `${+(share * 100).toFixed(1)} %`;
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  process.stdout.write(`\nMinimal effect ${percent(minimalEffect)}, ${jobs} jobs for each cell:\n\n`);
  process.stdout.write(
    line(["launch spread", ...slowdowns.map((slowdown) => (slowdown === 0 ? "no change" : `${percent(slowdown)} slower`))]),
  );
  process.stdout.write(line(["---", ...slowdowns.map(() => "---:")]));
  for (const spread of spreads) {
    process.stdout.write(
      line([percent(spread), ...slowdowns.map((slowdown) => percent(shareFound({ slowdown, spread, minimalEffect, jobs })))]),
    );
  }
}

if (import.meta.main) for (const minimalEffect of [0.05, 0.1]) printTable(minimalEffect, 1_000);
