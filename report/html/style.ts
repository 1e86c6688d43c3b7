/**
 * The style sheet. A language's colour is a variable, the same for swatches and charts. The palettes were searched for:
 * contrast of 3:1 or more against their background, and any two colours 20 or more apart (CIE76), seen with full colour
 * vision and as simulated for protanopia, deuteranopia and tritanopia (Machado et al., 2009).
 */
export const lightPalette = {
  ink: "#1b2430",
  soft: "#55606e",
  line: "#d9dee5",
  series: ["#1e4a7f", "#00a474", "#e56416", "#c06db1", "#746b2f", "#2a7bf7", "#6e4141"],
} as const;

export const styleSheet = `
:root { color-scheme: light dark; --paper: #ffffff; --panel: #f6f7f9; --ink: ${lightPalette.ink}; --soft: ${lightPalette.soft}; --line: ${lightPalette.line}; --accent: #0b5cad;
  --good: #0a6b3d; --warn: #8a4b00; --bad: #b3261e; --good-back: #e3f4ea; --warn-back: #fdf0dc; --bad-back: #fce8e6;
  ${lightPalette.series.map((colour, index) => `--series-${index}: ${colour};`).join(" ")} }
@media (prefers-color-scheme: dark) { :root:not([data-print]) { --paper: #12161c; --panel: #1b212a; --ink: #e7ebf0; --soft: #a5afbc; --line: #343d49; --accent: #7fb8f2;
  --good: #7ddba6; --warn: #f5c26b; --bad: #ff9d94; --good-back: #173626; --warn-back: #3a2c10; --bad-back: #431f1c;
  --series-0: #7392c0; --series-1: #00edc0; --series-2: #e08406; --series-3: #ab656e; --series-4: #c6b068; --series-5: #9c68de; --series-6: #aed6fd; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 76rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .2rem 0 .8rem; letter-spacing: -.01em; }
h2 { font-size: 1.4rem; line-height: 1.3; margin: 2.8rem 0 .6rem; }
h3 { font-size: 1.05rem; margin: 1.2rem 0 .2rem; } figcaption h3 { margin: 0; }
p { margin: .4rem 0; max-width: 62rem; }
a { color: var(--accent); }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -999rem; } .skip:focus { left: 1rem; top: .5rem; }
.anchor { margin-left: .4rem; text-decoration: none; color: var(--soft); font-weight: 400; }
.kicker, .machine, .legend, figcaption p { color: var(--soft); font-size: .9rem; }
header { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 24rem); gap: .4rem 2.5rem; align-items: start; }
.grade { background: var(--panel); border: 1px solid var(--line); border-radius: .6rem; padding: .7rem 1rem; font-size: .88rem; } .grade p { display: flex; gap: .8rem; align-items: center; font-weight: 600; margin: 0; }
.grade ul { margin: .5rem 0 0; color: var(--soft); } .letter { font-size: 1.5rem; line-height: 1; padding: .35rem .7rem; border-radius: .5rem; }
.grade-A { color: var(--good); background: var(--good-back); } .grade-B, .grade-C { color: var(--warn); background: var(--warn-back); } .grade-D { color: var(--bad); background: var(--bad-back); }
.verdict { grid-column: 1 / -1; font-size: 1.2rem; line-height: 1.5; border-left: 4px solid var(--accent); padding-left: 1rem; margin: 1rem 0 0; max-width: none; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: .7rem 0; margin: 1.6rem 0 0; max-width: none; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); font-size: .92rem; } nav li { margin: 0; } nav a { text-decoration: none; }
.small, .ties, footer { color: var(--soft); font-size: .9rem; } footer { margin-top: 3rem; border-top: 1px solid var(--line); } .scenario { margin-top: 1.6rem; }
button, select, input { font: inherit; color: inherit; } button, select, input[type="number"] { background: var(--panel); border: 1px solid var(--soft); border-radius: .4rem; padding: .3rem .7rem; } button { cursor: pointer; } [hidden] { display: none !important; }
input[type="range"] { width: 100%; accent-color: var(--accent); } .downloads { display: flex; flex-wrap: wrap; gap: .6rem; }
.controls { display: grid; gap: .7rem 1.6rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); align-items: end; background: var(--panel); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.2rem; margin: .8rem 0; font-size: .92rem; }
.control { display: flex; flex-direction: column; gap: .2rem; } .control output { font-weight: 650; font-variant-numeric: tabular-nums; } fieldset { grid-column: 1 / -1; border: 0; margin: 0; padding: 0; display: grid; gap: .5rem 1.6rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 11rem), 1fr)); } fieldset input { width: 100%; } legend { padding: 0; margin-bottom: .3rem; } .controls button { justify-self: start; }
.counts { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; padding: 0; } .formula { display: block; margin-top: .3rem; font-size: .78rem; color: var(--soft); } code { font-size: .88em; }
.why, .line { min-width: 20rem; } .line { display: block; } .claims .badge + .interval { max-width: 11rem; } .cost .interval { white-space: normal; } .cost td.text { min-width: 9rem; } .cost td:last-child { min-width: 13rem; } .issues { font-weight: 400; font-size: .8rem; margin: .2rem 0 0; } .issues summary { font-size: .8rem; } .issues ul { padding-left: 1rem; min-width: 14rem; white-space: normal; }
.steps li { margin: .7rem 0; } .gate { display: block; color: var(--soft); font-size: .92rem; }
.cards { list-style: none; padding: 0; margin: 1.6rem 0 0; max-width: none; display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); }
.cards li { margin: 0; background: var(--panel); border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1rem; display: flex; flex-direction: column; }
.card-title { color: var(--soft); font-size: .85rem; } .card-value { font-size: 1.7rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums; white-space: nowrap; }
.card-value small { font-size: .85rem; font-weight: 400; margin-left: .3rem; color: var(--soft); }
.card-who { font-weight: 600; font-size: .95rem; } .card-detail { color: var(--soft); font-size: .85rem; }
.scroll { overflow-x: auto; margin: .8rem 0; border: 1px solid var(--line); border-radius: .6rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .55rem .8rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
thead th, thead td { background: var(--panel); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 600; min-width: 8rem; max-width: 20rem; overflow-wrap: break-word; }
.number { text-align: right; white-space: nowrap; } thead .number { white-space: normal; }
.value { font-weight: 600; display: block; } .value.bounded { color: var(--warn); } .value.void { color: var(--bad); } .value.missing { color: var(--soft); }
.unit, .variant, .interval, .factor { display: block; font-weight: 400; font-size: .8rem; color: var(--soft); }
.factor.best { color: var(--good); font-weight: 650; }
.state { white-space: nowrap; } .absent { color: var(--soft); font-style: italic; }
sup { line-height: 0; } sup a { padding: 0 .15rem; }
.badge { display: inline-block; padding: .05rem .5rem; border-radius: 1rem; font-size: .8rem; font-weight: 600; white-space: nowrap; }
.badge.valid, .badge.better { color: var(--good); background: var(--good-back); } .badge.bounded { color: var(--warn); background: var(--warn-back); }
.badge.void, .badge.worse, .badge.partly-void, .badge.failed, .badge.missing { color: var(--bad); background: var(--bad-back); } .badge.skipped, .badge.not-measured { color: var(--ink); background: var(--line); }
.swatch { display: inline-block; width: .7rem; height: .7rem; border-radius: 50%; margin-right: .5rem; }
${Array.from({ length: 7 }, (_, index) => `.series-${index} { background: var(--series-${index}); }`).join(" ")}
.figures { align-items: start; display: grid; gap: 1.2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 32rem), 1fr)); margin-top: 1.4rem; }
figure { margin: 0; padding: 1.1rem 1.2rem; border: 1px solid var(--line); border-radius: .6rem; min-width: 0; }
.plot { position: relative; margin-top: .6rem; height: 22rem; }
${[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((count) => `.plot.bars-${count} { height: ${5 + count * 3}rem; }`).join(" ")}
details { margin-top: .6rem; } summary { cursor: pointer; color: var(--accent); font-size: .92rem; }
.notes li { margin: .4rem 0; } .notes em { color: var(--soft); } :target { background: var(--warn-back); } figure:target, section:target { background: none; }
ul, ol { padding-left: 1.3rem; max-width: 62rem; } li { margin: .25rem 0; }
dl { display: grid; gap: .3rem 1.5rem; } dl div { display: grid; grid-template-columns: 7rem 1fr; gap: 1rem; } dt { color: var(--soft); } dd { margin: 0; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; overflow-x: auto; font-size: .88rem; white-space: pre-wrap; }
@media (max-width: 56rem) { header { grid-template-columns: minmax(0, 1fr); } .grade { margin-top: .6rem; } }
@media (max-width: 40rem) { body { padding: 1.4rem 1rem 3rem; } h1 { font-size: 1.5rem; } .verdict { font-size: 1.05rem; }
  .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); } .card-value { font-size: 1.2rem; } .cards li { padding: .7rem .8rem; } figure { padding: .8rem; } dl div { grid-template-columns: 1fr; gap: 0; }
  .stacked thead { position: absolute; clip-path: inset(50%); } .stacked :is(tbody, tr, th, td) { display: block; width: auto; max-width: none; min-width: 0; border: 0; padding: .15rem .8rem; } .stacked tr { padding: .6rem 0; border-bottom: 1px solid var(--line); } .stacked :is(.why, .line) { min-width: 0; } .stacked td:empty { display: none; }
  .claims td:nth-child(2)::before { content: "the articles: "; color: var(--soft); } .claims td:nth-child(3)::before { content: "this run: "; color: var(--soft); } .advice td:nth-child(2)::before { content: "this run: "; color: var(--soft); } .advice td:nth-child(4)::before { content: "the articles: "; color: var(--soft); }
  th, td { padding: .5rem .6rem; } table:not(.stacked) tbody th { position: sticky; left: 0; background: var(--paper); min-width: 6.5rem; } }
@page { size: A4 landscape; margin: 12mm; }
@media print { :root { color-scheme: light; font-size: 10.5px; } body { padding: 0; max-width: none; } .anchor, .skip, nav, .controls, .downloads, .plot + details summary { display: none; }
  .scroll { overflow: visible; } details::details-content { content-visibility: visible; } figure, tr, .cards li { break-inside: avoid; } th, td { padding: .3rem .5rem; } .why, .line, .cost td.text { min-width: 0; } }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`;
