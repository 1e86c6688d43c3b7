/** Moving from one language to another: what the checks showed, and a plan whose steps each have a gate. */
import { articleMigration } from "./claims-article.ts";
import type { Candidate } from "./advice.ts";
import type { Figure, ImplementationResult } from "./result.ts";

export interface MigrationStep {
  readonly what: string;
  /** Go on when this holds; go back when it does not. */
  readonly gate: string;
  readonly command: string | null;
}

/** The upper ends of this run's intervals: what a service must not exceed when it replaces another. Null where nothing is valid. */
export interface MigrationLimits {
  readonly name: string;
  readonly p99Us: number | null;
  readonly cpuUsPerOp: number | null;
  readonly pssBytes: number | null;
}

export interface Migration {
  readonly compatibility: string;
  readonly articles: string;
  readonly steps: readonly MigrationStep[];
  readonly limits: readonly MigrationLimits[];
}

export function migrationPlan(
  implementations: readonly ImplementationResult[],
  candidates: readonly Candidate[],
  scenario: string,
): Migration {
  const [from, to] = articleMigration.weeksPerService;
  return {
    compatibility: compatibility(implementations),
    articles: `The articles ask for ${from} to ${to} weeks per service: ${articleMigration.steps.join("; ")}.`,
    steps: steps(scenario),
    limits: candidates.map(({ name, cell: { figures } }) => ({
      name,
      p99Us: upperEnd(figures.p99),
      cpuUsPerOp: upperEnd(figures.cpuPerOperation),
      pssBytes: upperEnd(figures.pssLoad),
    })),
  };
}

/** The checks that show that languages can share their values. */
const sharingChecks = ["round-trip", "redis-bytes"];

/** Only what the run's own checks showed. */
function compatibility(implementations: readonly ImplementationResult[]): string {
  const measured = implementations.flatMap(({ manifest, status }) => (status.kind === "measured" ? [{ id: manifest.id, status }] : []));
  const failed = measured.filter(({ status }) => status.failedChecks.length > 0);
  const passed = measured.filter(({ status }) => sharingChecks.every((check) => status.passedChecks.includes(check))).map(({ id }) => id);
  const shown =
    "Redis holds the raw JSON bytes of each value under cache:{key}, and bytes that another program wrote there are served unchanged. " +
    "So what one language writes the others read, and no value has to be converted.";
  const first =
    passed.length < 2
      ? "Fewer than two services of this run passed the checks that come before measuring, so it shows nothing about values that languages share."
      : `Checked in this run before measuring (${sharingChecks.join(", ")}), and passed by ${passed.join(", ")}: ${shown}`;
  const others = failed.map(({ id, status }) => `${id} failed ${status.failedChecks.join(", ")}: do not rely on it for ${id}.`);
  return [first, ...others].join(" ");
}

function steps(scenario: string): MigrationStep[] {
  return [
    {
      what: "Measure both services on your own machine and load.",
      gate: "The figures that made you choose hold there too, with intervals that leave out 1.",
      command: `cache-bench run --implementations OLD,NEW --scenarios ${scenario}`,
    },
    {
      what: "Start the new service beside the old one, on the same Redis, without traffic.",
      gate: "It passes every check.",
      command: "cache-bench verify NEW",
    },
    {
      what: "Mirror reads to it and throw its answers away.",
      gate: "The bytes of a sample of keys are the same from both; fewer than 0.1 % of its answers are errors.",
      command: null,
    },
    {
      what: "Send it 5 % of reads and writes.",
      gate: "p99, processor time per operation and memory stay within the limits below, or those of your own first step.",
      command: null,
    },
    {
      what: "Send it half, with the instances that the cost section gives for half the load.",
      gate: "The same limits, at a use of no more than you planned; a failed instance is absorbed.",
      command: null,
    },
    {
      what: "Send it everything; keep the old one ready for as long as the longest TTL.",
      gate: "Measured again, nothing has become worse than in the first step.",
      command: "cache-bench compare RUN_BEFORE RUN_AFTER",
    },
  ];
}

function upperEnd(figure: Figure): number | null {
  return figure.verdict === "valid" ? (figure.interval?.high ?? figure.value) : null;
}
