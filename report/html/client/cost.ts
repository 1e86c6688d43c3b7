/** The cost section comes alive: sliders, the bill for what they say, and their state in the URL's hash. */
import { costLines, type CostLine, type CostSettings, defaultSettings } from "../../cost-lines.ts";
import type { CostView } from "../../model-types.ts";

const hashPrefix = "#cost&";

type Control = HTMLInputElement | HTMLSelectElement;

/** Sliders whose steps are even on a log scale hold a hundred times the logarithm. */
const fromControl = (control: Control): number | string => {
  const value = Number(control.value);
  if (control.dataset["scale"] === "log") return Number((10 ** (value / 100)).toPrecision(2));
  return control.dataset["scale"] === "text" ? control.value : value;
};

const toControl = (control: Control, value: string): void => {
  control.value = control.dataset["scale"] === "log" ? String(Math.log10(Number(value)) * 100) : value;
};

export function enliveCost(cost: CostView): void {
  const form = document.getElementById("cost-controls");
  if (!(form instanceof HTMLFormElement)) return;
  const controls = [...form.querySelectorAll<Control>("input, select")];
  form.hidden = false;
  form.addEventListener("input", () => {
    history.replaceState(null, "", hashPrefix + stateOf(controls));
    show(cost, controls);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    // The controls hold their first values only after this event.
    setTimeout(() => {
      history.replaceState(null, "", "#cost");
      show(cost, controls);
    });
  });
  addEventListener("hashchange", () => restore(cost, controls));
  restore(cost, controls);
}

/** Only what differs from the first values. */
function stateOf(controls: readonly Control[]): string {
  const state = new URLSearchParams();
  for (const control of controls) {
    const first = control instanceof HTMLSelectElement ? "" : control.defaultValue;
    if (control.value !== first) state.set(control.name, String(fromControl(control)));
  }
  return state.toString();
}

function restore(cost: CostView, controls: readonly Control[]): void {
  if (!location.hash.startsWith(hashPrefix)) return;
  const state = new URLSearchParams(location.hash.slice(hashPrefix.length));
  for (const control of controls) {
    const value = state.get(control.name);
    if (value !== null) toControl(control, value);
  }
  show(cost, controls);
  document.getElementById("cost")?.scrollIntoView();
}

function settingsOf(controls: readonly Control[]): CostSettings {
  const number = (name: string, otherwise: number): number => {
    const control = controls.find((one) => one.name === name);
    const value = control ? Number(fromControl(control)) : otherwise;
    return Number.isFinite(value) && value >= 0 ? value : otherwise;
  };
  const engineering = controls.filter(({ name }) => name.startsWith("build-"));
  return {
    opsPerS: number("ops", defaultSettings.opsPerS),
    p99Ms: number("p99", defaultSettings.p99Ms),
    utilisation: number("use", defaultSettings.utilisation * 100) / 100,
    priceFactor: number("price", defaultSettings.priceFactor * 100) / 100,
    months: number("months", defaultSettings.months),
    type: controls.find(({ name }) => name === "type")?.value ?? "",
    engineering: Object.fromEntries(engineering.map(({ name }) => [name.slice("build-".length), number(name, 0)])),
  };
}

function show({ scenarios, prices }: CostView, controls: readonly Control[]): void {
  const settings = settingsOf(controls);
  for (const { id, rows } of scenarios) {
    const lines = costLines(rows, prices, settings);
    rows.forEach(({ implementation }, index) => showLine(`cost-${id}-${implementation}`, lines[index]));
  }
  for (const control of controls) {
    const output = document.getElementById(`out-${control.name}`);
    if (output) output.textContent = Number(fromControl(control)).toLocaleString("en");
  }
  for (const months of document.querySelectorAll(".cost-months")) months.textContent = String(settings.months);
}

function showLine(id: string, line: CostLine | undefined): void {
  const row = document.getElementById(id);
  if (!row || !line) return;
  for (const [part, text] of Object.entries(line)) {
    const place = row.querySelector(`[data-part="${part}"]`);
    if (place) place.textContent = text;
  }
}
