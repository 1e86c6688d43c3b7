/** The figures that only one scenario has: staleness, what is served while Redis is away, reads per expiry. */
import { type OwnMetricName, ownMetricNames, ownMetrics } from "../harness/core/own-metrics.ts";
import type { Figure, Result } from "../harness/core/result.ts";
import type { Scenario } from "../harness/core/scenario.ts";
import type { Footnotes } from "./footnotes.ts";
import { formatScaled, scales } from "./format.ts";
import type { OwnFigures, OwnValue } from "./model-types.ts";
import type { Identity } from "./names.ts";

export function ownFigures(
  scenario: Scenario,
  offeredRatePerS: number,
  { cells }: Result,
  identities: ReadonlyMap<string, Identity>,
  footnotes: Footnotes,
): OwnFigures | null {
  const names = ownMetricNames.filter((name) => ownMetrics[name].applies(scenario));
  if (names.length === 0) return null;
  return {
    columns: names.map((metric) => {
      const { title, unit, meaning } = ownMetrics[metric];
      return { metric, title, unit: scales[unit].unit, meaning };
    }),
    rows: cells
      .filter((cell) => cell.scenario === scenario.id && cell.offeredRatePerS === offeredRatePerS)
      .flatMap(({ implementation, ownFigures: figures }) => {
        const identity = identities.get(implementation);
        return identity ? [{ ...identity, values: names.map((name) => view(name, figures[name], footnotes)) }] : [];
      }),
  };
}

const missing: Figure = { verdict: "void", reason: "not measured", cure: "run the scenario again" };

function view(name: OwnMetricName, figure: Figure = missing, footnotes: Footnotes): OwnValue {
  const noted = {
    verdict: figure.verdict,
    raw: figure,
    footnotes: figure.verdict === "valid" ? [] : [footnotes.cite(figure.reason, figure.cure)],
  };
  if (figure.verdict === "void") return { ...noted, text: "void", interval: null };
  const bounded = figure.verdict === "bounded";
  const { value, low, high } = formatScaled(figure.value, figure.interval, scales[ownMetrics[name].unit], { floor: bounded, exact: false });
  const interval = low === null || high === null || low === high ? null : `${low}–${high}`;
  return { ...noted, text: bounded ? `>= ${value}` : value, interval };
}
