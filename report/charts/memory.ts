/** Memory over a trial: the median launch, sample by sample within each phase. */
import type { MeasuredOutcome, MemorySample, Result } from "../../harness/core/result.ts";
import type { MemoryPoint } from "./types.ts";
import { median } from "./order.ts";

const phases: readonly MemorySample["phase"][] = ["idle", "warmed", "open-loop", "closed-loop", "after"];
const bytesPerMb = 1e6;

export interface MemoryCurve {
  readonly launches: number;
  readonly points: readonly MemoryPoint[];
}

export function memoryCurve(result: Result, implementation: string, scenario: string): MemoryCurve {
  const outcomes = result.trials
    .filter((trial) => trial.implementation === implementation && trial.scenario === scenario)
    .map((trial) => trial.outcome)
    .filter((outcome) => outcome.kind === "measured")
    .filter((outcome) => !isVoidAsAWhole(outcome) && outcome.memory.length > 0);
  const points = phases.flatMap((phase) => medianSamples(outcomes.map(({ memory }) => memory.filter((sample) => sample.phase === phase))));
  return { launches: outcomes.length, points: points.toSorted((a, b) => a.atS - b.atS) };
}

function isVoidAsAWhole({ findings }: MeasuredOutcome): boolean {
  return findings.some((finding) => finding.severity === "void" && finding.loadPoint === null);
}

/** The n-th sample of a phase over all launches; left out where most launches have no n-th sample. */
function medianSamples(launches: readonly (readonly MemorySample[])[]): MemoryPoint[] {
  const longest = Math.max(0, ...launches.map((samples) => samples.length));
  return Array.from({ length: longest }, (_, index) => launches.flatMap((samples) => samples[index] ?? []))
    .filter((samples) => samples.length * 2 > launches.length)
    .map((samples) => {
      const pss = samples.flatMap((sample) => sample.pssBytes ?? []);
      return {
        phase: samples[0]?.phase ?? "idle",
        atS: median(samples.map((sample) => sample.atS)),
        rssMb: median(samples.map((sample) => sample.rssBytes)) / bytesPerMb,
        pssMb: pss.length === 0 ? null : median(pss) / bytesPerMb,
      };
    });
}
