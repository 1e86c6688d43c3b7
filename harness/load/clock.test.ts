import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { nowUs } from "./clock.ts";

test("threads agree on the time", async () => {
  const url = JSON.stringify(new URL("./clock.ts", import.meta.url).href);
  const code = `import(${url}).then(({ nowUs }) => require("node:worker_threads").parentPort.postMessage(nowUs()))`;
  const beforeUs = nowUs();
  const thereUs = await new Promise<number>((resolve) => new Worker(code, { eval: true }).once("message", resolve));
  expect(thereUs).toBeGreaterThan(beforeUs - 100);
  expect(thereUs).toBeLessThan(nowUs() + 100);
});
