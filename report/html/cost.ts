/** What a load costs: a table that stands without a script, and sliders where there is one. */
import { costLines, defaultSettings } from "../cost-lines.ts";
import type { CostRow, CostScenario, CostView } from "../model-types.ts";
import { markup, type Markup } from "./markup.ts";
import { bullets, type Part } from "./parts.ts";
import { scrollable, swatch } from "./tables.ts";

export const cost: Part = {
  id: "cost",
  title: "What it costs",
  body: ({ cost }) => {
    if (cost.scenarios.every(({ rows }) => rows.length === 0)) return null;
    return markup`<p>
        Instances and dollars a month to carry a load. All of it is an estimate: the notes below say from what.
      </p>
      ${controls(cost)} ${cost.scenarios.map((scenario) => scenarioTable(cost, scenario))}
      <div class="small">${bullets(cost.notes)}</div>`;
  },
};

function controls({ scenarios, prices, wish }: CostView): Markup {
  const services = [...new Map(scenarios.flatMap(({ rows }) => rows.map((row) => [row.implementation, row] as const))).values()];
  const log = (value: number): number => Math.round(Math.log10(value) * 100);
  return markup`<form id="cost-controls" class="controls" hidden>
    ${slider({ name: "ops", label: "Operations per second", min: log(1_000), max: log(1e6), value: log(wish.opsPerS), unit: "/s", log: true })}
    ${slider({ name: "p99", label: "p99 no more than", min: log(1), max: log(1_000), value: log(wish.p99Ms), unit: "ms", log: true })}
    ${slider({ name: "use", label: "Utilisation", min: 20, max: 95, value: wish.utilisation * 100, unit: "%" })}
    ${slider({ name: "price", label: `Price against ${prices.region}`, min: 70, max: 200, value: wish.priceFactor * 100, unit: "%" })}
    ${slider({ name: "months", label: "Time looked at", min: 1, max: 60, value: defaultSettings.months, unit: "months" })}
    <label class="control"
      ><span>Instance type</span>
      <select name="type" data-scale="text">
        <option value="">the cheapest bill</option>
        ${prices.types.map(({ name }) => markup`<option value="${name}">${name}</option>`)}
      </select></label
    >
    <fieldset>
      <legend>What each costs to build, in dollars, once: yours to say</legend>
      ${services.map(
        ({ implementation, name }) =>
          markup`<label class="control"
            ><span>${name}</span> <input type="number" name="build-${implementation}" min="0" step="1000" value="0"
          /></label>`,
      )}
    </fieldset>
    <button type="reset">Back to the first values</button>
  </form>`;
}

interface Slider {
  readonly name: string;
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly value: number;
  readonly unit: string;
  readonly log?: true;
}

function slider({ name, label, min, max, value, unit, log }: Slider): Markup {
  const shown = log ? Number((10 ** (value / 100)).toPrecision(2)) : value;
  return markup`<label class="control"
    ><span>${label}: <output id="out-${name}">${shown.toLocaleString("en")}</output> ${unit}</span>
    <input type="range" name="${name}" min="${min}" max="${max}" step="1" value="${Math.round(value)}" data-scale="${log ? "log" : "linear"}"
  /></label>`;
}

const columns = [
  { part: "instances", title: "instances", unit: "", number: true },
  { part: "bill", title: "a month", unit: "on demand", number: true },
  { part: "total", title: "in all", unit: "", number: true },
  { part: "payBack", title: "pays back", unit: "its extra cost to build", number: false },
  { part: "capacity", title: "capacity per vCPU", unit: "ops/s, lower end", number: true },
  { part: "objective", title: "latency objective", unit: "", number: false },
] as const;

function scenarioTable({ wish, prices }: CostView, { id, title, rows }: CostScenario): Markup {
  const lines = costLines(rows, prices, { ...defaultSettings, ...wish });
  const months = markup`in <span class="cost-months">${defaultSettings.months}</span> months, with building`;
  return markup`<h3>${title}</h3>${scrollable(
    `Cost: ${title}`,
    markup`<table class="cost">
      <caption>
        ${title}
      </caption>
      <thead>
        <tr>
          <th scope="col">implementation</th>
          ${columns.map(
            ({ part, title, unit, number }) =>
              markup`<th scope="col" class="${number ? "number" : "name"}">
                ${title}<span class="unit">${part === "total" ? months : unit}</span>
              </th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row, index) => costRow(id, row, lines[index]))}
      </tbody>
    </table>`,
  )}`;
}

function costRow(
  scenario: string,
  { implementation, name, colour }: CostRow,
  line: ReturnType<typeof costLines>[number] | undefined,
): Markup {
  const cell = (part: (typeof columns)[number]["part"]): Markup => {
    const limit = part === "instances" ? markup`<span class="interval" data-part="limit">${line?.limit ?? ""}</span>` : null;
    return markup`<span data-part="${part}">${line?.[part] ?? ""}</span>${limit}`;
  };
  return markup`<tr id="cost-${scenario}-${implementation}">
    <th scope="row">${swatch(colour)}${name}</th>
    ${columns.map(({ part, number }) => markup`<td class="${number ? "number" : "text"}">${cell(part)}</td>`)}
  </tr>`;
}
