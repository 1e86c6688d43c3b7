import { expect, it } from "vitest";
import { buildReport } from "../model.ts";
import { syntheticResult } from "../testing/synthetic-result.ts";
import { renderHtml } from "./html.ts";

it("stays under 1.5 MB with four implementations in thirteen scenarios, more than a standard run has", async () => {
  const many = Array.from({ length: 4 }, (_, index) => ({ id: `service-${index}`, language: `lang${index}`, slowness: 1 + index }));
  const scenarios = Array.from({ length: 13 }, (_, index) => `scenario-${index}`);
  const page = await renderHtml(buildReport(syntheticResult({ services: many, scenarios, launches: 2 })));
  expect(page.length).toBeLessThan(1.5e6);
}, 30_000);
