/** One file that opens from disk and loads nothing. */
import { createHash } from "node:crypto";
import type { ReportModel } from "../model-types.ts";
import { scripts } from "./assets.ts";
import { markup, scriptJson, trusted } from "./markup.ts";
import { footer, header, sections } from "./sections.ts";
import { styleSheet } from "./style.ts";

export async function renderHtml(model: ReportModel): Promise<string> {
  const code = await scripts();
  const style = styleSheet.trim();
  const policy = [
    "default-src 'none'",
    `script-src ${code.map(hashSource).join(" ")}`,
    `style-src ${hashSource(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  // No white space between the tags and what they hold: the hashes of the policy cover all that stands there.
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${model.title}, ${model.runId}</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the figures</a>
${header(model)}
<main id="main">${sections(model)}</main>
${footer(model)}
<script type="application/json" id="report-data">${trusted(scriptJson(model))}</script>
${code.map((script) => markup`<script>${trusted(script)}</script>`)}
</body>
</html>
`;
  return page.markup;
}

function hashSource(content: string): string {
  return `'sha256-${createHash("sha256").update(content, "utf8").digest("base64")}'`;
}
