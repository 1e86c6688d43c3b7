import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findImplementations } from "../store/catalogue.ts";
import { newWorkspace } from "../testing/cli.ts";
import { build, hashSource } from "./build.ts";

test("a build tells what one from scratch and one after a change took; the same source is not built again", async () => {
  const workspace = newWorkspace();
  const folder = workspace.service(`built-${Date.now()}`);
  const [implementation] = findImplementations([folder], () => true);
  if (implementation === undefined) throw new Error("the workspace has the service");
  const buildNow = async () =>
    build({
      implementation,
      sourceHash: await hashSource(folder),
      toolchain: { command: process.execPath, version: process.version },
      logFile: join(workspace.folder, "build.log"),
      signal: new AbortController().signal,
    });
  const first = await buildNow();
  expect(first).toMatchObject({ fromScratch: true, otherBuildS: null });
  writeFileSync(join(folder, "more.mjs"), "// changed");
  const second = await buildNow();
  expect(second).toMatchObject({ fromScratch: false, otherBuildS: first.buildS });
  expect(await buildNow()).toMatchObject({ folder: second.folder, buildS: second.buildS, otherBuildS: first.buildS });
});
