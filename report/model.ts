/** The report as data, from a result and nothing else. */
import { migrationPlan } from "../harness/core/advice-migration.ts";
import { adviceOf, adviceOnEffort, type Candidate } from "../harness/core/advice.ts";
import { testArticles } from "../harness/core/claims.ts";
import { compareRuns } from "../harness/core/compare-runs.ts";
import type { PriceList } from "../harness/core/cost-prices.ts";
import type { Result } from "../harness/core/result.ts";
import { buildCards } from "./cards.ts";
import { coldStartChart } from "./charts/build.ts";
import { costView } from "./cost-view.ts";
import { experienceOf } from "./experience.ts";
import { buildFacts, limitNotes, methodNotes, reproduceCommand } from "./facts.ts";
import { Footnotes } from "./footnotes.ts";
import { judgedRows } from "./judged.ts";
import type { ReportModel, Table } from "./model-types.ts";
import { identify } from "./names.ts";
import { presentable } from "./presentable.ts";
import { gradeOf } from "./quality.ts";
import { redisExcluded } from "./redis-excluded.ts";
import { buildTables } from "./tables.ts";
import { verdictOf } from "./verdict.ts";

export type { ReportModel } from "./model-types.ts";

export interface ReportOptions {
  /** An earlier run, measured alike: the HTML report says what changed. */
  readonly baseline?: Result | undefined;
  /** Default: the dated list of ours. */
  readonly prices?: PriceList | undefined;
}

export function buildReport(result: Result, { baseline, prices }: ReportOptions = {}): ReportModel {
  const identities = identify(result);
  const footnotes = new Footnotes();
  const tables = buildTables(result, identities, footnotes);
  const headline = tables[0];
  const candidates = headline ? candidatesOf(result, headline) : [];
  const cost = costView(result, identities, undefined, prices);
  const bases = cost.scenarios
    .filter(({ id }) => id === headline?.scenario)
    .flatMap(({ rows }) => rows.flatMap(({ basis }) => basis ?? []))
    .filter(({ implementation }) => candidates.some(({ cell }) => cell.implementation === implementation));
  return presentable<ReportModel>({
    title: "Cache service benchmark",
    runId: result.runId,
    grade: gradeOf(result, tables),
    verdict: verdictOf(tables),
    cards: buildCards(tables),
    tables,
    coldStart: coldStartChart(result, identities),
    footnotes: footnotes.all(),
    redisExcluded: redisExcluded(result, identities),
    cost,
    articles: testArticles(result),
    experience: experienceOf(result, identities),
    advice: [...adviceOf(candidates), ...adviceOnEffort(bases, cost.prices.types)],
    migration: migrationPlan(result.implementations, candidates, headline?.scenario ?? ""),
    baseline: baseline ? compareRuns(baseline, result) : null,
    facts: buildFacts(result),
    command: reproduceCommand(result),
    method: methodNotes(result),
    limits: limitNotes(result),
  });
}

function candidatesOf({ cells }: Result, table: Table): Candidate[] {
  return judgedRows(table).flatMap(({ implementation, name, language }) => {
    const cell = cells.find(
      (one) => one.implementation === implementation && one.scenario === table.scenario && one.offeredRatePerS === table.offeredRatePerS,
    );
    return cell ? [{ name, language: language.toLowerCase(), cell }] : [];
  });
}
