/** Charts: a canvas for the script, and the same numbers as a table for everyone. */
import { launchesForInterval } from "../../harness/core/statistics.ts";
import type { Bar, ColdStartChart, CpuBar, LatencySeries, LoadSeries, MemorySeries } from "../charts/types.ts";
import { groupThousands } from "../format.ts";
import type { ReportModel, Table } from "../model-types.ts";
import { markup, type Markup } from "./markup.ts";
import { scrollable, swatch } from "./tables.ts";

interface Chart {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  /** Bars or boxes to draw, for the height; null for lines. */
  readonly bars: number | null;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Insertable[])[];
}
type Insertable = string | Markup;

export function tableFigures(table: Table): Markup[] {
  const { throughput, latency, load, memory, cpu } = table.charts;
  const rate = groupThousands(table.offeredRatePerS);
  const charts = [
    throughput.length > 0 ? throughputChart(`throughput-${table.id}`, throughput) : null,
    latency.length > 0 ? latencyChart(`latency-${table.id}`, rate, latency) : null,
    load.length > 0 ? loadChart(`load-${table.id}`, load) : null,
    memory.length > 0 ? memoryChart(`memory-${table.id}`, memory) : null,
    cpu.length > 0 ? cpuChart(`cpu-${table.id}`, cpu) : null,
  ];
  return charts.filter((chart) => chart !== null).map((chart) => figure(chart, table.title));
}

export function coldStartFigure({ coldStart }: ReportModel): Markup {
  return coldStart ? figure(coldStartTable(coldStart), "all scenarios") : markup``;
}

function figure({ id, title, note, bars, head, rows }: Chart, of: string): Markup {
  const height = bars === null ? "lines" : `bars-${Math.min(12, Math.max(2, Math.ceil(bars)))}`;
  return markup`<figure id="${id}">
    <figcaption>
      <h3>${title}<a class="anchor" href="#${id}" aria-label="Link to ${title}">#</a></h3>
      <p>${note}</p>
    </figcaption>
    <div class="plot ${height}">
      <canvas id="canvas-${id}" role="img" aria-label="${title}. The table below holds the numbers."></canvas>
    </div>
    <details>
      <summary>${title}: the numbers</summary>
      ${scrollable(
        `${title}: the numbers, ${of}`,
        markup`<table>
          <thead>
            <tr>
              ${head.map((text, index) => markup`<th scope="col" class="${index > 0 ? "number" : "name"}">${text}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ([first, ...others]) =>
                markup`<tr>
                  <th scope="row">${first ?? ""}</th>
                  ${others.map((text) => markup`<td class="number">${text}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>`,
      )}
    </details>
  </figure>`;
}

function throughputChart(id: string, bars: readonly Bar[]): Chart {
  return {
    id,
    title: "Throughput",
    note: "Closed loop, with intervals over launches. A hatched bar is a lower bound: the set-up ended before the service did.",
    bars: bars.length,
    head: ["implementation", "ops/s", "interval low", "interval high", "verdict"],
    rows: bars.map((bar) => [
      named(bar),
      `${bar.bounded ? "≥ " : ""}${significant(bar.value, bar.bounded)}`,
      significant(bar.low),
      significant(bar.high),
      bar.bounded ? "bounded" : "valid",
    ]),
  };
}

function cpuChart(id: string, bars: readonly CpuBar[]): Chart {
  return {
    id,
    title: "Processor time per operation",
    note: "At capacity, the service's whole process tree, with intervals over launches; beside it that of Redis. Under more load an operation costs less, so it is no figure of another load.",
    bars: bars.length * (bars.some(({ redis }) => redis !== null) ? 1.2 : 1),
    head: ["implementation", "µs/op", "interval low", "interval high", "Redis, µs/op"],
    rows: bars.map((bar) => [
      named(bar),
      significant(bar.value),
      significant(bar.low),
      significant(bar.high),
      bar.redis === null ? "-" : significant(bar.redis),
    ]),
  };
}

function loadChart(id: string, series: readonly LoadSeries[]): Chart {
  return {
    id,
    title: "Response time against load",
    note: `Solid: p99. Dashed: p50. At the rates common to all, and at shares of what each launch could carry itself. A hollow point rests on fewer than ${launchesForInterval} launches; a rate without a valid figure has none.`,
    bars: null,
    head: ["implementation", "offered, requests/s", "of its capacity", "p50, ms", "p99, ms", "launches"],
    rows: series.flatMap((line) =>
      line.points.map(({ offeredRatePerS, capacityShare, p50Ms, p99Ms, launches }) => [
        named(line),
        groupThousands(offeredRatePerS),
        capacityShare === null ? "-" : `${Math.round(100 * capacityShare)} %`,
        p50Ms === null ? "-" : significant(p50Ms),
        significant(p99Ms),
        String(launches),
      ]),
    ),
  };
}

const printedQuantiles = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999];

function latencyChart(id: string, rate: string, series: readonly LatencySeries[]): Chart {
  return {
    id,
    title: `Response time by percentile at ${rate} requests/s`,
    note: "Reads and writes of all valid launches together, from the time each request was due. Lines end where fewer than 100 samples lie beyond, or where the load agent sent late.",
    bars: null,
    head: ["implementation", ...printedQuantiles.map((q) => `p${Number((q * 100).toFixed(4))}, ms`), "samples", "launches"],
    rows: series.map((line) => [
      named(line),
      ...printedQuantiles.map((quantile) => atQuantile(line, quantile)),
      groupThousands(line.samples),
      String(line.launches),
    ]),
  };
}

/** The curve's own points lie 0.05 apart on a log axis: between two of them straight. */
function atQuantile({ points }: LatencySeries, quantile: number): string {
  const next = points.findIndex((point) => point.quantile >= quantile - 1e-9);
  const above = points[next];
  if (!above) return "-";
  const below = points[next - 1] ?? above;
  const x = Math.log10(1 / (1 - quantile));
  const share = above.x === below.x ? 1 : (x - below.x) / (above.x - below.x);
  return significant(below.ms + (above.ms - below.ms) * share);
}

const phases = ["idle", "warmed", "open-loop", "closed-loop", "after"];

function memoryChart(id: string, series: readonly MemorySeries[]): Chart {
  const highest = (values: readonly number[]) => (values.length === 0 ? "-" : significant(Math.max(...values)));
  return {
    id,
    title: "Memory over a trial",
    note: "Median launch. Solid: resident set (RSS). Dashed: proportional set (PSS), where pages shared between processes count once.",
    bars: null,
    head: ["implementation", ...phases.map((phase) => `${phase}: RSS / PSS, MB`)],
    rows: series.map((line) => [
      named(line),
      ...phases.map((phase) => {
        const points = line.points.filter((point) => point.phase === phase);
        return `${highest(points.map((point) => point.rssMb))} / ${highest(points.flatMap((point) => point.pssMb ?? []))}`;
      }),
    ]),
  };
}

function coldStartTable({ boxes, launchOverheadMs }: ColdStartChart): Chart {
  const overhead =
    launchOverheadMs === null
      ? ""
      : ` A program that does nothing, started and waited for in the same way, takes ${significant(launchOverheadMs)} ms.`;
  return {
    id: "cold-start",
    title: "Cold start",
    note: `From exec, or the request to create the container, to the first correct answer; box: middle half, line: median, whiskers: up to 1.5 box lengths, points: all runs.${overhead}`,
    bars: boxes.length,
    head: [
      "implementation",
      "lowest, ms",
      "first quartile, ms",
      "median, ms",
      "third quartile, ms",
      "highest, ms",
      "longest poll gap, ms",
      "runs",
    ],
    rows: boxes.map((box) => [
      named(box),
      ...[box.min, box.q1, box.median, box.q3, box.max].map((value) => significant(value)),
      box.longestPollGapMs === null ? "-" : significant(box.longestPollGapMs),
      String(box.samplesMs.length),
    ]),
  };
}

function named({ name, colour }: { readonly name: string; readonly colour: number }): Markup {
  return markup`${swatch(colour)}${name}`;
}

/** Three digits; a lower bound is never rounded up. */
function significant(value: number, floor = false): string {
  if (value === 0) return "0";
  const place = Math.floor(Math.log10(Math.abs(value))) - 2;
  const steps = value / 10 ** place;
  return groupThousands((floor ? Math.floor(steps) : Math.round(steps)) * 10 ** place, Math.max(0, -place));
}
