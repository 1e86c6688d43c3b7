import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../harness/paths.ts";
import { exampleFolder } from "./testing/example.ts";

/** By the built program, as published: the page's own script differs between source and build. */
const script = `
  const { renderExample } = await import("./dist/report/testing/example.js");
  process.stdout.write(JSON.stringify(await renderExample()));`;

test("the published example is what the code makes of its result; npm run example renders it anew", async () => {
  const options = { cwd: packageRoot, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 } as const;
  const rendered = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "--eval", script], options)) as {
    name: string;
    content: string;
  }[];
  expect(rendered.map(({ name }) => name)).toEqual(["report.html", "report.md", "report.csv"]);
  for (const { name, content } of rendered) {
    const published = await readFile(join(exampleFolder, name), "utf8");
    expect(published === content, `docs/example/${name} is up to date`).toBe(true);
  }
});
