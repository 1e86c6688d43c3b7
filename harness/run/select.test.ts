import { expect, test } from "vitest";
import { presets } from "../core/presets.ts";
import { select } from "./select.ts";

const chosenBy = async (preset: keyof typeof presets): Promise<string[]> => {
  const settings = { ...presets[preset].settings, preset, engine: "socket", seed: 1, connections: null, precision: null } as const;
  return (await select(settings, undefined, undefined)).found.map((one) =>
    one.kind === "candidate" ? one.candidate.implementation.manifest.id : one.implementation.manifest.id,
  );
};

test("the quick preset measures the three languages that the articles compare, standard every language", async () => {
  expect(await chosenBy("quick")).toEqual(["go-production", "python-production", "rust-production"]);
  expect(await chosenBy("standard")).toEqual(["go-production", "node-production", "python-production", "rust-production"]);
});
