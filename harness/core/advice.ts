/**
 * When to choose which: rules evaluated on a run's numbers, with the articles' advice beside them. A rule names nobody
 * where the figures are too close to call, limited by the set-up or missing; advice about teams stays an opinion.
 */
import { articleAdvice, type ArticleLanguage, languageTitles } from "./claims-article.ts";
import { sig } from "./claims-text.ts";
import { exactRatio, isTooClose, type Ratio, ratioOf } from "./compare.ts";
import type { InstanceType } from "./cost-prices.ts";
import { type CostBasis, defaultWish, knownRate, launchesBehind, leastInstances } from "./cost.ts";
import { metrics, type MetricName } from "./metrics.ts";
import type { Cell, Figure } from "./result.ts";
import { launchesForInterval } from "./statistics.ts";

/** A service that is judged, by the name it has in sentences. */
export interface Candidate {
  readonly name: string;
  readonly language: string;
  readonly cell: Cell;
}

export interface Advice {
  readonly id: string;
  readonly when: string;
  /** Whom this run names; null where it names nobody. */
  readonly answer: string | null;
  /** What the answer rests on, or why there is none. */
  readonly evidence: readonly string[];
  readonly articles: string;
  readonly agreement: "agrees" | "differs" | "open";
}

interface Rule {
  readonly id: string;
  readonly when: string;
  readonly by: readonly MetricName[];
  readonly article: readonly [language: ArticleLanguage, sentence: number];
}

const rules: readonly Rule[] = [
  { id: "tail", when: "Latency must be predictable", by: ["p99", "p999"], article: ["rust", 0] },
  { id: "memory", when: "Memory is the main cost", by: ["pssLoad"], article: ["rust", 1] },
  { id: "platform", when: "The cache is infrastructure for many teams", by: ["cpuPerOperation", "p99", "pssLoad"], article: ["rust", 2] },
  { id: "footprint", when: "It runs in small containers or serverless", by: ["pssIdle", "artifact"], article: ["go", 1] },
  { id: "efficiency", when: "Most throughput from least infrastructure", by: ["cpuPerOperation"], article: ["go", 2] },
  { id: "deploys", when: "Starts and deployments are frequent", by: ["coldStart", "artifact"], article: ["go", 0] },
];

export function adviceOf(candidates: readonly Candidate[]): Advice[] {
  return rules.map(({ id, when, by, article: [language, sentence] }): Advice => {
    const standings = by.map((metric) => standing(metric, candidates));
    const sets = standings.map(({ leaders }) => leaders);
    const leaders = candidates.filter((candidate) => sets.every((set) => set?.includes(candidate)));
    const known = sets.every((set) => set !== null);
    const agreement = !known || leaders.length === 0 ? "open" : leaders.some((one) => one.language === language) ? "agrees" : "differs";
    return {
      id,
      when,
      answer: known ? answerOf(leaders) : null,
      evidence: standings.map(({ evidence }) => evidence),
      articles: `${languageTitles[language]}: ${articleAdvice[language][sentence] ?? ""}`,
      agreement,
    };
  });
}

function answerOf(leaders: readonly Candidate[]): string {
  if (leaders.length === 0) return "no single one: the figures name different ones";
  const names = leaders.map(({ name }) => name);
  return names.length === 1 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}: no difference that decides`;
}

/** What is about people, and where the bill cannot decide. */
export function adviceOnEffort(bases: readonly CostBasis[], types: readonly InstanceType[]): Advice[] {
  const [rapid = "", pipelines = "", expertise = ""] = articleAdvice.python;
  const python = (sentence: string): string => `${languageTitles.python}: ${sentence}`;
  const limit = sameBillUpTo(bases, types);
  const opinion = "Opinion: no figure of a run speaks of teams or libraries around a service.";
  return [
    {
      id: "effort",
      when: "The load is small and iteration speed comes first",
      answer: limit === null ? null : `any of them, up to about ${sig(limit.opsPerS)} ops/s`,
      evidence: [
        limit === null
          ? `This run knows, from ${launchesForInterval} launches or more, no load that two services or more all carry at a p99 of ${defaultWish.p99Ms} ms.`
          : `Up to there ${leastInstances} x ${limit.type} carry each of them at rates where this run knows that p99 keeps to ${defaultWish.p99Ms} ms (estimate), so the bill is the same and the team decides.`,
      ],
      articles: python(rapid),
      agreement: "open",
    },
    {
      id: "pipelines",
      when: "It belongs to ML or data pipelines",
      answer: null,
      evidence: [opinion],
      articles: python(pipelines),
      agreement: "open",
    },
    {
      id: "expertise",
      when: "The team knows one language best",
      answer: null,
      evidence: [opinion],
      articles: python(expertise),
      agreement: "open",
    },
  ];
}

/** The load that the least number of the cheapest instances carries in every language. */
function sameBillUpTo(bases: readonly CostBasis[], types: readonly InstanceType[]): { opsPerS: number; type: string } | null {
  const [cheapestType] = types.toSorted((a, b) => a.dollarsPerHour - b.dollarsPerHour);
  if (cheapestType === undefined || bases.length < 2 || bases.some((basis) => launchesBehind(basis) < launchesForInterval)) return null;
  const { vcpu, baselineMbitPerS, name } = cheapestType;
  const each = bases.map((basis) => {
    const capacity = knownRate(basis, defaultWish.p99Ms) ?? 0;
    const ofNetwork = (baselineMbitPerS * 1e6) / (basis.bytesSentPerOp * 8);
    return leastInstances * Math.min((capacity / basis.cpus) * vcpu * defaultWish.utilisation, ofNetwork);
  });
  const least = Math.min(...each);
  return least > 0 ? { opsPerS: least, type: name } : null;
}

interface Standing {
  /** The best and all that are too close to it; null where nobody can be named. */
  readonly leaders: readonly Candidate[] | null;
  readonly evidence: string;
}

/** Every metric of the rules is better when lower. */
function standing(metric: MetricName, candidates: readonly Candidate[]): Standing {
  const { title } = metrics[metric];
  const valid = candidates.flatMap((candidate) => {
    const figure: Figure = candidate.cell.figures[metric];
    return figure.verdict === "valid" ? [{ candidate, figure }] : [];
  });
  const [best, ...others] = valid.toSorted((a, b) => a.figure.value - b.figure.value);
  if (best === undefined || others.length === 0)
    return {
      leaders: null,
      evidence: `${title}: ${best === undefined ? "no valid figure" : `only ${best.candidate.name} has a valid figure`}.`,
    };
  const missing = candidates.filter((candidate) => !valid.some((one) => one.candidate === candidate)).map(({ name }) => name);
  const ratios = others.map(({ candidate, figure }) => ({
    candidate,
    ratio: metric === "artifact" ? exactRatio(figure.value, best.figure.value) : ratioOf(figure, best.figure),
  }));
  if (ratios.some(({ ratio }) => ratio === null)) return { leaders: null, evidence: `${title}: too few launches to claim a difference.` };
  const close = ratios.flatMap(({ candidate, ratio }) => (ratio !== null && decidesNothing(ratio) ? [candidate] : []));
  const rest = ratios.flatMap(({ candidate, ratio }) =>
    ratio === null || decidesNothing(ratio) ? [] : [`${candidate.name} ${times(ratio)}`],
  );
  const lead = [best.candidate, ...close].map(({ name }) => name).join(", ");
  const parts = [
    `${title}: ${lead} lowest${close.length > 0 ? ", within 10 % or too close to call" : ""}`,
    ...rest,
    ...missing.map((name) => `${name} has none`),
  ];
  return { leaders: [best.candidate, ...close], evidence: `${parts.join("; ")}.` };
}

/** Too close to call, or so near that no choice of a language should hang on it. */
function decidesNothing(ratio: Ratio): boolean {
  return isTooClose(ratio) || ratio.high < materialFactor;
}

/** A tenth: less than a change of machine, version or load brings. */
const materialFactor = 1.1;

function times({ low, high }: Ratio): string {
  return low === high ? `${sig(low)} times` : `${sig(low)} to ${sig(high)} times`;
}
