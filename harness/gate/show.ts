/** A gate's result as text: what each row says, wherever it is shown. */
import { displayUnit, formatFigure } from "../../report/format.ts";
import type { GateResult, MemberResult } from "../core/gate/verdict.ts";
import { metrics } from "../core/metrics.ts";

/** The result with what was compared, as --json prints it. */
export interface GateReport extends GateResult {
  readonly base: string;
  readonly head: string;
  readonly scenario: string;
  readonly notes: readonly string[];
}

export const tableHead = ["implementation", "figure", "base", "head", "unit", "change", "95 % interval", "threshold", "verdict"] as const;

export function tableRow(member: MemberResult): readonly string[] {
  const { implementation, metric, base, head, verdict } = member;
  // The fresh rounds were not chosen for what they show; the first ones were.
  const change = member.confirmation ?? member.change;
  const value = (of: number | null): string =>
    of === null ? "" : formatFigure(metric, of, change === null ? null : around(of, change)).value;
  return [
    implementation,
    metrics[metric].title,
    value(base),
    value(head),
    displayUnit(metric),
    change === null ? "" : percent(change.value),
    change === null ? "" : `${percent(change.low)} to ${percent(change.high)}`,
    thresholdText(member),
    verdict,
  ];
}

/** As many digits as the interval of the change supports. */
function around(
  value: number,
  { value: centre, low, high }: NonNullable<MemberResult["change"]>,
): { kind: "t95"; low: number; high: number } {
  return { kind: "t95", low: (value * low) / centre, high: (value * high) / centre };
}

/** "+15.0 %": more, whatever that means for the metric. */
function percent(ratio: number): string {
  const share = (ratio - 1) * 100;
  return `${share < 0 ? "−" : "+"}${Math.abs(share).toFixed(1)} %`;
}

/** In the direction that is worse for the metric. */
function thresholdText({ metric, threshold }: MemberResult): string {
  return metrics[metric].better === "lower" ? percent(1 + threshold) : percent(1 / (1 + threshold));
}

/** One line for each member that is neither a pass nor a regression. */
export function reasonsOf({ members }: GateResult): readonly string[] {
  return members.flatMap(({ implementation, metric, verdict, reason }) =>
    reason === null ? [] : [`${implementation} ${metrics[metric].title}: ${verdict}, ${reason}`],
  );
}

export function roundsText({ rounds, members }: GateResult): string {
  const fewer = members.some((member) => member.rounds < rounds.measured) ? " (fewer of what was settled by then)" : "";
  const fresh = rounds.confirmation === 0 ? "" : `, and ${rounds.confirmation} fresh ones to confirm`;
  return `${rounds.measured} of ${rounds.planned} rounds were measured${fewer}${fresh}`;
}
