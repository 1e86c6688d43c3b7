/** What the articles say in words: libraries, sentences, advice, migration. */
import {
  articleAdvice,
  articleLanguages,
  type ArticleLanguage,
  articleLibraries,
  articleMigration,
  articleRedisLatencyMs,
  languageTitles,
} from "./claims-article.ts";
import { distanceClaim } from "./claims-distance.ts";
import { type ArticleVariants, notMeasured, ratioBetween, whyNoRatio } from "./claims-figures.ts";
import { sig } from "./claims-text.ts";
import type { Claim } from "./claims.ts";
import type { Manifest } from "./implementation.ts";
import { metrics, type MetricName } from "./metrics.ts";
import type { Result } from "./result.ts";

const none = { ours: null, ratio: null, condition: null, formula: null } as const;
const notTestable = "not testable here" as const;

/** Each library of theirs is in the article variant, which passed the checks before it was measured. */
export function libraryClaims(variants: ArticleVariants): Claim[] {
  return articleLanguages.flatMap((language) => {
    const { redisClient, pooling, serialization, monitoring, localCache } = articleLibraries[language];
    const claims = [
      ["redis-client", "Redis client", redisClient],
      ["pooling", "connection pooling", pooling],
      ["serialization", "serialization", serialization.join(", ")],
      ["monitoring", "monitoring", monitoring],
      ["local-cache", "local cache", localCache],
    ] as const;
    return claims.map(([id, what, theirs]): Claim => {
      const variant = variants.of[language]?.implementation;
      const claim = { ...none, id: `${language}-${id}`, claim: `${languageTitles[language]}: ${what}`, theirs };
      if (variant?.status.kind !== "measured") return { ...claim, verdict: notTestable, reason: notMeasured(variants) };
      const { failedChecks } = variant.status;
      const ours = variant.manifest.stack.map(({ name, version }) => `${name} ${version}`).join(", ");
      if (failedChecks.length > 0)
        return { ...claim, ours, verdict: "not reproduced", reason: `our service of that shape failed checks: ${failedChecks.join(", ")}` };
      const names = id === "serialization" ? serialization : [nameIn(theirs)];
      const unused = names.filter((name) => !isUsed(name, variant.manifest));
      if (unused.length === names.length)
        return { ...claim, ours, verdict: notTestable, reason: `our service of that shape does without ${unused.join(", ")}` };
      const left = unused.length === 0 ? "" : `; not part of ours: ${unused.join(", ")}`;
      return {
        ...claim,
        ours,
        verdict: "reproduced",
        reason: `a service of that shape was built, passed the checks and was measured${left}`,
      };
    });
  });
}

/** "DashMap, no expiry" names DashMap; a pool that is "built in" is the client's own. */
function nameIn(theirs: string): string {
  return theirs === "built in" ? "its own pool" : (theirs.split(/[ ,]/)[0] ?? theirs);
}

/** By the names and roles of the manifest's stack. */
function isUsed(name: string, { stack }: Manifest): boolean {
  const plain = (text: string): string => text.toLowerCase().replaceAll("_", "-");
  return stack.some((part) => plain(`${part.name} ${part.role}`).includes(plain(name)));
}

export function sentenceClaims(result: Result, variants: ArticleVariants, redisAtAddress: boolean): Claim[] {
  const network = redisAtAddress
    ? "Redis was at an address of the reader's own; how far away it is, the run does not know"
    : "Redis ran on the same machine; with --redis redis://HOST:6379 a run asks one across a network";
  return [
    {
      ...none,
      id: "all-features",
      claim: "Full command support, connection pooling and cluster mode in all three",
      theirs: "stated",
      verdict: notTestable,
      reason: "a property of the libraries' interfaces; this run drives GET, SET and DEL against one server",
    },
    {
      ...none,
      id: "redis-latency",
      claim: "Network latency to Redis",
      theirs: `${articleRedisLatencyMs.join(" to ")} ms`,
      verdict: notTestable,
      reason: network,
    },
    distanceClaim(
      result,
      { ...none, id: "redis-dominates", claim: "Redis network latency dominates in production and narrows the gap", theirs: "stated" },
      network,
    ),
    predictable(variants),
  ];
}

/** Predictable: the tail lies close to the median. A ratio of two figures of one service has no interval here. */
function predictable(variants: ArticleVariants): Claim {
  const claim = { ...none, id: "no-gc-pauses", claim: "Rust has no GC pauses, so latency is predictable", theirs: "stated" };
  return judgedBy(claim, variants, "rust", ["go"], "p99");
}

/** Advice that a figure can back; all else is about teams. */
const measurable: Readonly<Record<string, readonly [language: ArticleLanguage, metric: MetricName, than: readonly ArticleLanguage[]]>> = {
  "a low memory footprint matters (containers, serverless)": ["go", "rssLoad", ["python"]],
  "operational simplicity and fast deployments": ["go", "coldStart", ["python"]],
  "high throughput with minimal infrastructure": ["go", "cpuPerOperation", ["python"]],
  "latency predictability is critical": ["rust", "p99", ["go", "python"]],
  "memory efficiency is a primary cost concern": ["rust", "rssLoad", ["go", "python"]],
};

export function adviceClaims(variants: ArticleVariants): Claim[] {
  return articleLanguages.flatMap((language) =>
    articleAdvice[language].map((sentence, index): Claim => {
      const claim = {
        ...none,
        id: `choose-${language}-${index + 1}`,
        claim: `Choose ${languageTitles[language]} when: ${sentence}`,
        theirs: "stated",
      };
      const by = measurable[sentence];
      if (by !== undefined) return judgedBy(claim, variants, by[0], by[2], by[1]);
      return { ...claim, verdict: notTestable, reason: "about teams and products, not about services: no figure of a run speaks of it" };
    }),
  );
}

/** All these metrics are better when lower. */
function judgedBy(
  claim: Omit<Claim, "verdict" | "reason">,
  variants: ArticleVariants,
  language: ArticleLanguage,
  others: readonly ArticleLanguage[],
  metric: MetricName,
): Claim {
  const ratios = others.map((other) => ({ other, ratio: ratioBetween(variants, language, other, metric) }));
  if (ratios.some(({ ratio }) => ratio === null))
    return { ...claim, verdict: notTestable, reason: whyNoRatio(variants, [language, ...others], metric) };
  const ours = ratios
    .map(({ other, ratio }) => (ratio === null ? "" : `${sig(ratio.low)} to ${sig(ratio.high)} times that of ${languageTitles[other]}`))
    .join(", ");
  const holds = ratios.every(({ ratio }) => ratio !== null && ratio.high < 1);
  const reason = `judged by ${metrics[metric].title} of the article variants alone, a part of what the sentence says`;
  return { ...claim, ours: `${metrics[metric].title}: ${ours}`, verdict: holds ? "same order" : "not reproduced", reason };
}

export function migrationClaims(variants: ArticleVariants): Claim[] {
  const [from, to] = articleMigration.weeksPerService;
  const built = articleLanguages.filter((language) => {
    const status = variants.of[language]?.implementation.status;
    return status?.kind === "measured" && status.failedChecks.length === 0;
  });
  const time: Claim = {
    ...none,
    id: "migration-weeks",
    claim: "A migration takes weeks per service",
    theirs: `${from} to ${to}`,
    verdict: notTestable,
    reason: "no run measures the work of people",
  };
  const steps = articleMigration.steps.map((step, index): Claim => {
    const claim = {
      ...none,
      id: `migration-step-${index + 1}`,
      claim: `Migration: ${step}`,
      theirs: `step ${index + 1} of ${articleMigration.steps.length}`,
    };
    if (!step.includes("JSON")) return { ...claim, verdict: notTestable, reason: "a task, not a statement that can be true or false" };
    if (built.length < 2) return { ...claim, verdict: notTestable, reason: notMeasured(variants) };
    const names = built.map((language) => languageTitles[language]).join(", ");
    const reason = "each passed the check that Redis holds the bytes of a PUT unchanged and that foreign bytes are served unchanged";
    return { ...claim, ours: names, verdict: "reproduced", reason };
  });
  return [time, ...steps];
}
