/** Whether the load agents of a run went before all others on their processors in its open loops, in words. */
import type { Result } from "./result.ts";

export function agentPriority({ trials }: Pick<Result, "trials">): string {
  const points = trials
    .flatMap(({ outcome }) => (outcome.kind === "measured" ? outcome.loadPoints : []))
    .flatMap(({ load: { point, agentsInRealTime } }) =>
      point.kind === "open-loop" ? [{ ratePerS: point.offeredRatePerS, agentsInRealTime }] : [],
    );
  const inRealTime = points.filter(({ agentsInRealTime }) => agentsInRealTime === true);
  if (inRealTime.length === 0) return "at usual priority";
  if (inRealTime.length === points.length) return "in real time";
  return `in real time up to ${Math.max(...inRealTime.map(({ ratePerS }) => Math.round(ratePerS)))}/s`;
}
