import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exampleFolder, renderExample } from "./testing/example.ts";

test("the published example is what the code makes of its result; npm run example renders it anew", async () => {
  for (const { name, content } of await renderExample()) {
    const published = await readFile(join(exampleFolder, name), "utf8");
    expect(published === content, `docs/example/${name} is up to date`).toBe(true);
  }
});
