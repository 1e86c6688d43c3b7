/**
 * The articles put to the test: each of their figures, libraries, bills and sentences with what this run says of it.
 * Absolute values depend on the machine, so ratios between languages are judged apart from them.
 */
import { arithmeticClaims } from "./claims-arithmetic.ts";
import { articleConditions, articleScenario, articleSources } from "./claims-article.ts";
import { billClaims } from "./claims-bill.ts";
import { articleVariants, figureClaims, ratioClaims } from "./claims-figures.ts";
import { adviceClaims, libraryClaims, migrationClaims, sentenceClaims } from "./claims-words.ts";
import type { Ratio } from "./compare.ts";
import type { Result } from "./result.ts";

export const claimVerdicts = ["reproduced", "same order", "not reproduced", "contradicts itself", "not testable here"] as const;
export type ClaimVerdict = (typeof claimVerdicts)[number];

export interface Claim {
  readonly id: string;
  readonly claim: string;
  /** As they say it. */
  readonly theirs: string;
  /** Ours under the same conditions; null where this run has nothing. */
  readonly ours: string | null;
  /** Ours by theirs, with its 95 % interval; for a ratio between languages our ratio by theirs. */
  readonly ratio: Ratio | null;
  readonly verdict: ClaimVerdict;
  /** What the verdict rests on, where it does not hold at all times: "if the load was a closed loop". */
  readonly condition: string | null;
  readonly reason: string;
  readonly formula: string | null;
}

export interface ClaimGroup {
  readonly id: string;
  readonly title: string;
  readonly claims: readonly Claim[];
}

export interface Condition {
  readonly what: string;
  readonly theirs: string;
  readonly ours: string;
}

export interface ArticleTest {
  readonly sources: readonly string[];
  readonly rule: string;
  readonly conditions: readonly Condition[];
  readonly groups: readonly ClaimGroup[];
  readonly counts: Readonly<Record<ClaimVerdict, number>>;
  /** The command that would make the rest testable; null where this run has all three article variants. */
  readonly command: string | null;
}

const rule =
  "Reproduced: the whole 95 % interval of ours by theirs lies within 25 % (0.8 to 1.25). Same order: within a factor of 3.2 " +
  "(half a decade), and the languages rank as they say. A verdict takes 6 launches or more of the article variants.";

export function testArticles(result: Result): ArticleTest {
  const variants = articleVariants(result);
  const groups: ClaimGroup[] = [
    { id: "figures", title: "Figures", claims: figureClaims(variants) },
    { id: "ratios", title: "Ratios between languages", claims: ratioClaims(variants) },
    { id: "arithmetic", title: "Figures against each other", claims: arithmeticClaims() },
    { id: "bill", title: "The bill", claims: billClaims(result, variants) },
    { id: "libraries", title: "Libraries", claims: libraryClaims(variants) },
    { id: "sentences", title: "Sentences", claims: sentenceClaims(result, variants, isAtAddress(result.redis)) },
    { id: "advice", title: "When to choose which", claims: adviceClaims(variants) },
    { id: "migration", title: "Migration", claims: migrationClaims(variants) },
  ];
  const all = groups.flatMap(({ claims }) => claims);
  const count = (verdict: ClaimVerdict): number => all.filter((claim) => claim.verdict === verdict).length;
  return {
    sources: articleSources,
    rule,
    conditions: conditions(result),
    groups,
    counts: Object.fromEntries(claimVerdicts.map((verdict) => [verdict, count(verdict)])) as Record<ClaimVerdict, number>,
    command: variants.command,
  };
}

/** A Redis that was there before the run; whether a network lay between, the run cannot know. */
function isAtAddress({ source }: Result["redis"]): boolean {
  return source.endsWith("given by --redis") && !source.startsWith("executable");
}

function conditions({ machine, plan, redis, scenarios }: Result): Condition[] {
  const scenario = scenarios.find(({ id }) => id === articleScenario);
  const cpus = plan.topology.service.length;
  const share = (get: number): string => `${Math.round(get * 100)} % reads, ${Math.round((1 - get) * 100)} % writes`;
  const ours = (text: string): string => (scenario === undefined ? "this run has not measured that scenario" : text);
  return [
    {
      what: "machine",
      theirs: `${articleConditions.instance}: ${articleConditions.vcpu} vCPU of Graviton2, ${articleConditions.memoryGb} GB`,
      ours: `${machine.cpuModel} (${machine.architecture}), ${cpus} CPU${cpus === 1 ? "" : "s"} for the service`,
    },
    {
      what: "Redis",
      theirs: articleConditions.redis,
      ours: `${redis.server} ${redis.version}, ${isAtAddress(redis) ? "at the address given with --redis" : "on the same machine"}`,
    },
    {
      what: "connections",
      theirs: String(articleConditions.connections),
      ours: ours(String(plan.settings.connections ?? scenario?.connections)),
    },
    { what: "load", theirs: share(articleConditions.getShare), ours: ours(share(scenario?.operations.get ?? 0)) },
    { what: "time of Redis", theirs: "excluded; how is not said", ours: "included: from end to end" },
    { what: articleConditions.notStated.join(", "), theirs: "not stated", ours: ours(scenario?.purpose ?? "") },
  ];
}
