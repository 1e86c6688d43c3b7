/** The ways to leave Redis out, side by side, each with what it can say and what it cannot. */
import { markup } from "./markup.ts";
import type { Part } from "./parts.ts";
import { grid, scrollable, swatch } from "./tables.ts";

export const redisExcluded: Part = {
  id: "without-redis",
  title: "Without Redis",
  body: ({ redisExcluded }) => {
    if (redisExcluded === null) return null;
    const { ways, rows, gaps } = redisExcluded;
    return markup`<p>
        No single number says what a service costs without Redis: percentiles must not be subtracted from each other. Each way below leaves
        it out differently.
      </p>
      ${scrollable(
        "Without Redis",
        grid(
          ["", ...ways.map(({ title, unit }) => `${title}, ${unit}`)],
          [
            ...rows.map(({ name, colour, values }) => [markup`${swatch(colour)}${name}`, ...values]),
            ["slowest by fastest", ...gaps],
            ["says", ...ways.map(({ says }) => says)],
            ["cannot say", ...ways.map(({ cannot }) => cannot)],
          ],
          ways.length,
        ),
      )}`;
  },
};
