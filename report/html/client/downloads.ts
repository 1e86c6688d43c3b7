/** The figures as files, made from the data inlined in the page. */
import { renderCsv } from "../../csv.ts";
import type { ReportModel } from "../../model-types.ts";

export function offerDownloads(model: ReportModel): void {
  const files = {
    csv: () => new Blob([renderCsv(model)], { type: "text/csv" }),
    json: () => new Blob([`${JSON.stringify(model, null, 2)}\n`], { type: "application/json" }),
  };
  for (const [kind, make] of Object.entries(files)) {
    const button = document.getElementById(`download-${kind}`);
    if (!button) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(make());
      link.download = `${model.runId}.${kind}`;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }
}
