/** The report as data, from a result and nothing else. */
import type { Result } from "../harness/core/result.ts";
import { buildCards } from "./cards.ts";
import { coldStartChart } from "./charts/build.ts";
import { buildFacts, limitNotes, methodNotes, qualityNotes, reproduceCommand } from "./facts.ts";
import { Footnotes } from "./footnotes.ts";
import type { ReportModel } from "./model-types.ts";
import { identify } from "./names.ts";
import { printableDeep } from "./printable.ts";
import { buildTables } from "./tables.ts";
import { verdictOf } from "./verdict.ts";

export type { ReportModel } from "./model-types.ts";

export function buildReport(result: Result): ReportModel {
  const identities = identify(result);
  const footnotes = new Footnotes();
  const tables = buildTables(result, identities, footnotes);
  return printableDeep<ReportModel>({
    title: "Cache service benchmark",
    runId: result.runId,
    verdict: verdictOf(tables),
    cards: buildCards(tables),
    tables,
    coldStart: coldStartChart(result, identities),
    footnotes: footnotes.all(),
    qualityNotes: qualityNotes(result, identities),
    facts: buildFacts(result),
    command: reproduceCommand(result),
    method: methodNotes(result),
    limits: limitNotes(result),
  });
}
