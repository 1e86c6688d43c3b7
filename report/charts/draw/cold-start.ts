/** Box plots of the cold starts, each run a point. */
import type { ColdStartBox } from "../types.ts";
import { axisTitle, type Configuration, keepRoundTicks, seriesColour, type Theme, tickText } from "./theme.ts";

export function coldStartChart(boxes: readonly ColdStartBox[], theme: Theme): Configuration {
  const colours = boxes.map((box) => seriesColour(theme, box));
  const configuration = {
    type: "boxplot",
    data: {
      labels: boxes.map((box) => box.name),
      datasets: [
        {
          label: "cold start",
          data: boxes.map((box) => box.samplesMs),
          backgroundColor: colours.map((colour) => `${colour}55`),
          borderColor: colours,
          borderWidth: 1.5,
          medianColor: theme.ink,
          itemRadius: 2,
          itemBackgroundColor: colours,
          itemBorderWidth: 0,
          outlierBackgroundColor: colours,
          maxBarThickness: 34,
        },
      ],
    },
    options: {
      indexAxis: "y",
      scales: {
        x: { type: "logarithmic", title: axisTitle("ms, log scale"), afterBuildTicks: keepRoundTicks, ticks: { callback: tickText } },
      },
      plugins: { legend: { display: false } },
    },
  };
  return configuration as unknown as Configuration;
}
