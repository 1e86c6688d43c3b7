/** The grade of a run's data: the worst of the reasons that were found, each with the grade it allows at best. */
import type { Result } from "../harness/core/result.ts";
import { isVoid } from "../harness/core/repeats.ts";
import { describeInterruptions, harmfulDelayUs, worstAround } from "../harness/core/interruptions.ts";
import { launchesForInterval } from "../harness/core/statistics.ts";
import type { Grade, GradeLetter, Row, Table } from "./model-types.ts";
import { list } from "./names.ts";

const meanings: Readonly<Record<GradeLetter, string>> = {
  A: "nothing found that weakens the figures",
  B: "sound, with reservations",
  C: "read with care: part of the comparison is missing or limited",
  D: "no comparison can be built on it",
};
const letters: readonly GradeLetter[] = ["A", "B", "C", "D"];
/** Above this share of flawed launches something on the machine, not chance, is at work. */
const manyFlawed = 0.2;

type Reason = Grade["reasons"][number];

export function gradeOf(result: Result, tables: readonly Table[]): Grade {
  const rows = tables.flatMap((table) => table.rows.filter((row) => row.status === "measured"));
  const reasons = [
    ...setUp(result),
    ...services(result, tables),
    ...launches(result),
    ...witnesses(result),
    ...hitRatios(result),
    ...figures(rows),
  ];
  const letter = letters.findLast((candidate) => reasons.some((reason) => reason.letter === candidate)) ?? "A";
  return { letter, meaning: meanings[letter], reasons: reasons.toSorted((a, b) => b.letter.localeCompare(a.letter)) };
}

function setUp({ plan, machine, interruptions }: Result): Reason[] {
  const worst = interruptions === undefined ? null : worstAround(interruptions);
  const reasons: (Reason | null)[] = [
    plan.topology.disjoint
      ? null
      : { letter: "B", sentence: "Redis, load and orchestration share cores: the machine has too few to keep them apart." },
    plan.topology.pinned ? null : { letter: "C", sentence: "Nothing was pinned to cores, so the scheduler may have moved processes." },
    plan.settings.rounds >= launchesForInterval
      ? null
      : { letter: "D", sentence: `${launchCount(plan.settings.rounds)} planned; no difference is claimed below ${launchesForInterval}.` },
    machine.governor === null || machine.governor === "performance"
      ? null
      : { letter: "B", sentence: `The CPU governor was ${machine.governor}, so the clock speed could change.` },
    machine.keptAwake === false || (machine.keptAwake === true && plan.topology.serviceElsewhere === true)
      ? { letter: "B", sentence: "Idle processors could fall asleep: times include waking them, most of all short ones." }
      : null,
    worst !== null && worst.meanDelayUs >= harmfulDelayUs
      ? {
          letter: "B",
          sentence: `Other programs or the host took processors away, and times include it: ${describeInterruptions(worst)}.`,
        }
      : null,
  ];
  return reasons.filter((reason) => reason !== null);
}

function services(result: Result, tables: readonly Table[]): Reason[] {
  const rows = tables[0]?.rows ?? [];
  const absent = rows.filter(({ status }) => status !== "measured").map(({ name }) => name);
  const nonconforming = rows.filter(({ group, status }) => group === "unranked" && status === "measured").map(({ name }) => name);
  const reasons: (Reason | null)[] = [
    absent.length === 0 ? null : { letter: "B", sentence: `Without figures: ${list(absent)}.` },
    nonconforming.length === 0 ? null : { letter: "B", sentence: `Measured though checks failed, and not ranked: ${list(nonconforming)}.` },
    result.implementations.some(({ status }) => status.kind === "measured") ? null : { letter: "D", sentence: "No service was measured." },
  ];
  return reasons.filter((reason) => reason !== null);
}

function launches({ trials }: Result): Reason[] {
  const failed = trials.filter(({ outcome }) => outcome.kind === "failed").length;
  const flawed = trials.filter(isVoid).length;
  const letter = (count: number): GradeLetter => (count > manyFlawed * trials.length ? "C" : "B");
  const reasons: (Reason | null)[] = [
    failed === 0 ? null : { letter: letter(failed), sentence: `${failed} of ${trials.length} launches failed.` },
    flawed === 0
      ? null
      : {
          letter: letter(flawed),
          sentence: `${flawed} of ${trials.length} launches, repeats among them, broke a validity gate at the common rate or at capacity; what they broke is not in the figures.`,
        },
  ];
  return reasons.filter((reason) => reason !== null);
}

function witnesses(result: Result): Reason[] {
  return (result.witnesses ?? [])
    .filter(({ disagreements }) => disagreements.length > 0)
    .map(({ implementation, disagreements }) => ({
      letter: "C",
      sentence: `The two load engines do not agree about ${implementation}: ${disagreements.join("; ")}.`,
    }));
}

/** The same load finds the same keys in L1: launches that differ by more did not do the same work. */
const hitRatioTolerance = 0.02;

function hitRatios({ cells }: Result): Reason[] {
  const known = cells.flatMap(({ figures: { hitRatio }, ...cell }) =>
    hitRatio.verdict === "valid" && hitRatio.interval !== null ? [{ ...cell, ...hitRatio.interval }] : [],
  );
  const width = ({ low, high }: { low: number; high: number }): number => high - low;
  const apart = known.filter((one) => width(one) > hitRatioTolerance).toSorted((a, b) => width(b) - width(a));
  const [widest] = apart;
  if (widest === undefined) return [];
  const { implementation, scenario, offeredRatePerS, low, high } = widest;
  const range = `${implementation} in ${scenario} at ${offeredRatePerS}/s: ${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} %`;
  const where = `in ${apart.length} of ${known.length} cells, most for ${range}`;
  const points = hitRatioTolerance * 100;
  return [{ letter: "B", sentence: `The L1 hit ratio differs between launches by more than ${points} points ${where}.` }];
}

const headline = ["throughput", "p99", "cpuPerOperation", "pssLoad"] as const;

function figures(rows: readonly Row[]): Reason[] {
  const cells = rows.flatMap((row) => headline.map((metric) => row.cells[metric].verdict));
  const count = (verdict: string): number => cells.filter((one) => one === verdict).length;
  const [voids, bounds] = [count("void"), count("bounded")];
  const some = (letter: GradeLetter, what: string): Reason => ({ letter, sentence: `${what} of ${cells.length} headline figures.` });
  const reasons: (Reason | null)[] = [
    voids === 0 ? null : some(voids * 2 > cells.length ? "D" : "C", `No valid value for ${voids}`),
    bounds === 0 ? null : some("C", `Only a lower bound, because the set-up ended first, for ${bounds}`),
  ];
  return reasons.filter((reason) => reason !== null);
}

function launchCount(count: number): string {
  return count === 1 ? "Only 1 launch was" : `Only ${count} launches were`;
}
