/** The articles' figures, one by one, and the ratios between languages. */
import {
  articleFigures,
  type ArticleFigures,
  type ArticleLanguage,
  articleLanguages,
  articleScenario,
  languageTitles,
} from "./claims-article.ts";
import { sig } from "./claims-text.ts";
import type { Claim } from "./claims.ts";
import { exactRatio, type Ratio, ratioOf, type ValidFigure } from "./compare.ts";
import type { MetricName } from "./metrics.ts";
import type { Cell, Figure, ImplementationResult, Result } from "./result.ts";

export interface ArticleVariant {
  readonly implementation: ImplementationResult;
  readonly cell: Cell;
}

export interface ArticleVariants {
  readonly of: Readonly<Partial<Record<ArticleLanguage, ArticleVariant>>>;
  readonly command: string | null;
}

/** The `article` variants in the articles' scenario, at its first offered rate. */
export function articleVariants({ implementations, cells }: Result): ArticleVariants {
  const found = articleLanguages.flatMap((language) => {
    const implementation = implementations.find(({ manifest }) => manifest.variant === "article" && manifest.language === language);
    const id = implementation?.manifest.id;
    const cell = cells.find((one) => one.implementation === id && one.scenario === articleScenario);
    return implementation === undefined || cell === undefined ? [] : [[language, { implementation, cell }] as const];
  });
  const command = `cache-bench run --scenarios ${articleScenario} --implementations ${articleLanguages.map((language) => `${language}-article`).join(",")}`;
  return { of: Object.fromEntries(found), command: found.length === articleLanguages.length ? null : command };
}

interface Compared {
  readonly field: keyof ArticleFigures;
  readonly metric: MetricName;
  readonly title: string;
  readonly unit: string;
  /** Of the metric's own unit in one of theirs. */
  readonly scale: number;
  readonly note: string;
}

const compared: readonly Compared[] = [
  { field: "throughputOpsPerS", metric: "throughput", title: "throughput", unit: "ops/s", scale: 1, note: "" },
  { field: "p50Ms", metric: "p50", title: "p50", unit: "ms", scale: 1_000, note: "ours in an open loop; their load is not stated" },
  { field: "p99Ms", metric: "p99", title: "p99", unit: "ms", scale: 1_000, note: "ours in an open loop; their load is not stated" },
  { field: "rssMb", metric: "rssLoad", title: "RSS", unit: "MB", scale: 1e6, note: "ours under load; when they looked is not stated" },
  { field: "artifactMb", metric: "artifact", title: "artifact", unit: "MB", scale: 1e6, note: "" },
  { field: "coldStartMs", metric: "coldStart", title: "cold start", unit: "ms", scale: 1, note: "" },
];

/** Half a decade. */
const sameOrderFactor = Math.sqrt(10);
const reproducedFactor = 1.25;

export function figureClaims(variants: ArticleVariants): Claim[] {
  return compared.flatMap((what) =>
    articleLanguages.flatMap((language): Claim[] => {
      const theirs = articleFigures[language][what.field];
      return theirs === null ? [] : [figureClaim(variants, language, what, theirs)];
    }),
  );
}

function figureClaim(variants: ArticleVariants, language: ArticleLanguage, what: Compared, theirs: number): Claim {
  const figure = variants.of[language]?.cell.figures[what.metric];
  const claim = {
    id: `${language}-${what.metric}`,
    claim: `${languageTitles[language]}: ${what.title}`,
    theirs: `${sig(theirs)} ${what.unit}`,
    ours: figure === undefined ? null : figureText(figure, what),
    condition: null,
    formula: null,
  };
  const notTestable = (reason: string): Claim => ({ ...claim, ratio: null, verdict: "not testable here", reason });
  if (figure === undefined) return notTestable(notMeasured(variants));
  if (figure.verdict === "void") return notTestable(`no valid figure: ${figure.reason}`);
  const ratio = byNumber(figure, theirs * what.scale, what.metric);
  if (figure.verdict === "bounded") {
    const low = (figure.interval?.low ?? figure.value) / (theirs * what.scale);
    if (low <= reproducedFactor) return notTestable(`ours is a lower bound: ${figure.reason}`);
    return { ...claim, ratio: null, verdict: "not reproduced", reason: `ours is at least ${sig(low)} times theirs, on another machine` };
  }
  if (ratio === null) return notTestable(tooFewLaunches(figure));
  const note = [what.note, "an absolute value depends on the machine"].filter(Boolean).join("; ");
  if (isWithin(ratio, reproducedFactor)) return { ...claim, ratio, verdict: "reproduced", reason: `within 25 %; ${note}` };
  const place = rankHolds(variants, language, what);
  const near = Math.max(ratio.value, 1 / ratio.value) <= sameOrderFactor;
  if (near && place === null) return { ...claim, ratio, verdict: "same order", reason: `the languages rank as they say; ${note}` };
  const why = [near ? "" : "more than half a decade away", place ?? ""].filter(Boolean).join("; ");
  return { ...claim, ratio, verdict: "not reproduced", reason: `${why}; ${note}` };
}

/** Null where the language stands towards the others as they say; else what does not hold. */
function rankHolds(variants: ArticleVariants, language: ArticleLanguage, what: Compared): string | null {
  const broken = articleLanguages.filter((other) => {
    const [mine, its] = [articleFigures[language][what.field], articleFigures[other][what.field]];
    const ratio = ratioBetween(variants, language, other, what.metric);
    if (other === language || mine === null || its === null || ratio === null) return false;
    return mine > its ? ratio.low <= 1 : ratio.high >= 1;
  });
  return broken.length === 0 ? null : `it does not rank against ${broken.map((other) => languageTitles[other]).join(" and ")} as they say`;
}

export function ratioClaims(variants: ArticleVariants): Claim[] {
  const pairs = [
    ["rust", "go"],
    ["rust", "python"],
    ["go", "python"],
  ] as const;
  return compared.flatMap((what) =>
    pairs.flatMap(([a, b]): Claim[] => {
      const [ofA, ofB] = [articleFigures[a][what.field], articleFigures[b][what.field]];
      return ofA === null || ofB === null ? [] : [ratioClaim(variants, a, b, what, ofA / ofB)];
    }),
  );
}

function ratioClaim(variants: ArticleVariants, a: ArticleLanguage, b: ArticleLanguage, what: Compared, theirs: number): Claim {
  const ours = ratioBetween(variants, a, b, what.metric);
  const claim = {
    id: `${a}-by-${b}-${what.metric}`,
    claim: `${languageTitles[a]} by ${languageTitles[b]}: ${what.title}`,
    theirs: `${sig(theirs)}x`,
    ours: ours === null ? null : `${sig(ours.value)}x${ours.low === ours.high ? "" : ` (${sig(ours.low)} to ${sig(ours.high)})`}`,
    condition: null,
    formula: null,
  };
  if (ours === null) return { ...claim, ratio: null, verdict: "not testable here", reason: whyNoRatio(variants, [a, b], what.metric) };
  const ratio = { value: ours.value / theirs, low: ours.low / theirs, high: ours.high / theirs };
  if (isWithin(ratio, reproducedFactor)) return { ...claim, ratio, verdict: "reproduced", reason: "the whole interval lies within 25 %" };
  const sameDirection = theirs > 1 ? ours.low > 1 : ours.high < 1;
  const near = Math.max(ratio.value, 1 / ratio.value) <= sameOrderFactor;
  if (sameDirection && near) return { ...claim, ratio, verdict: "same order", reason: "the same direction and magnitude, not within 25 %" };
  const reason = sameDirection
    ? "the same direction, but more than half a decade away"
    : ours.low <= 1 && ours.high >= 1
      ? "too close to call: the interval of our ratio includes 1"
      : "the other direction";
  return { ...claim, ratio, verdict: "not reproduced", reason };
}

/** The ratio of a metric between two article variants; null where this run allows no claim. */
export function ratioBetween({ of }: ArticleVariants, a: ArticleLanguage, b: ArticleLanguage, metric: MetricName): Ratio | null {
  const [left, right] = [of[a]?.cell.figures[metric], of[b]?.cell.figures[metric]];
  if (left?.verdict !== "valid" || right?.verdict !== "valid") return null;
  return metric === "artifact" ? exactRatio(left.value, right.value) : ratioOf(left, right);
}

export function whyNoRatio(variants: ArticleVariants, languages: readonly ArticleLanguage[], metric: MetricName): string {
  for (const language of languages) {
    const figure = variants.of[language]?.cell.figures[metric];
    if (figure === undefined) return notMeasured(variants);
    if (figure.verdict === "void") return `no valid figure of ${languageTitles[language]}: ${figure.reason}`;
    if (figure.verdict === "bounded") return `that of ${languageTitles[language]} is a lower bound: ${figure.reason}`;
  }
  return "fewer than 6 launches: no difference is claimed";
}

export function notMeasured({ command }: ArticleVariants): string {
  return `this run has not measured it; to do so: ${command}`;
}

function byNumber(figure: Exclude<Figure, { verdict: "void" }>, theirs: number, metric: MetricName): Ratio | null {
  if (metric === "artifact") return exactRatio(figure.value, theirs);
  return ratioOf({ verdict: "valid", value: figure.value, interval: figure.interval, launches: figure.launches }, exactly(theirs));
}

/** A number without spread, as a figure: Welch's interval is then that of the other. */
function exactly(value: number): ValidFigure {
  return { verdict: "valid", value, interval: { kind: "t95", low: value, high: value }, launches: 1_000_000 };
}

function isWithin({ low, high }: Ratio, factor: number): boolean {
  return low >= 1 / factor && high <= factor;
}

function figureText(figure: Figure, { unit, scale }: Compared): string {
  if (figure.verdict === "void") return "void";
  const { interval } = figure;
  const range = interval === null ? "" : ` (${sig(interval.low / scale)} to ${sig(interval.high / scale)})`;
  return `${figure.verdict === "bounded" ? "at least " : ""}${sig(figure.value / scale)} ${unit}${range}`;
}

function tooFewLaunches({ launches }: ValidFigure): string {
  return `${launches === 1 ? "1 launch" : `${launches} launches`}, or no interval: a verdict takes 6 launches`;
}
