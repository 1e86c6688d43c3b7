/** `cache-bench claims`: the articles put to the test. */
import { resolve } from "node:path";
import { asSentence } from "../../report/names.ts";
import { presentable } from "../../report/presentable.ts";
import { wrap } from "../../report/wrap.ts";
import { type ArticleTest, type Claim, claimVerdicts, testArticles } from "../core/claims.ts";
import { timesTheirs } from "../core/claims-text.ts";
import { exitCodes } from "../errors.ts";
import { findResult } from "../store/run-folder.ts";
import { print, terminalStyle } from "./output.ts";

export interface ClaimsCommandOptions {
  readonly results: string;
  readonly json?: true;
}

export async function claimsCommand({ results, json }: ClaimsCommandOptions, [run = ""]: readonly string[]): Promise<number> {
  const { result } = findResult(run, resolve(results));
  const test = testArticles(result);
  print(json ? JSON.stringify({ runId: result.runId, ...test }, null, 2) : describe(presentable(test), terminalStyle().columns));
  return exitCodes.done;
}

function describe({ sources, rule, conditions, groups, counts, command }: ArticleTest, width: number): string {
  const text = (line: string, indent = "  "): readonly string[] => wrap(line, width, indent);
  return [
    ...text(`The articles: ${sources.map((source) => `"${source}"`).join(", ")}.`),
    ...text(`Verdicts: ${claimVerdicts.map((verdict) => `${counts[verdict]} ${verdict}`).join(", ")}.`),
    ...text(rule),
    ...(command === null ? [] : text(`This run has not measured all three article variants. To do so: ${command}`)),
    ...groups.flatMap(({ title, claims }) => ["", title.toUpperCase(), ...claims.flatMap((claim) => lines(claim, width))]),
    "",
    "CONDITIONS",
    ...conditions.flatMap(({ what, theirs, ours }) => text(`${what}: theirs ${theirs}; ours ${ours}`)),
  ].join("\n");
}

const verdictWidth = Math.max(...claimVerdicts.map((verdict) => verdict.length)) + 2;

function lines({ claim, theirs, ours, ratio, verdict, condition, reason, formula }: Claim, width: number): readonly string[] {
  const margin = " ".repeat(verdictWidth);
  const why = [condition === null ? "" : `${asSentence(condition).slice(0, -1)}: `, reason].join("");
  return [
    ...wrap(
      `${claim}: ${theirs}${ours === null ? "" : `; ours ${ours}`}${ratio === null ? "" : `, ${timesTheirs(ratio)}`}`,
      width - verdictWidth,
    ).map((line, index) => (index === 0 ? verdict.padEnd(verdictWidth) : margin) + line),
    ...wrap(asSentence(why), width - verdictWidth).map((line) => margin + line),
    ...(formula === null ? [] : wrap(formula, width - verdictWidth).map((line) => margin + line)),
  ];
}
