import { expect, test } from "vitest";
import type { Settings } from "../core/plan-schema.ts";
import { chooseImplementations } from "./select.ts";

const chosenBy = (preset: Settings["preset"]): string[] => chooseImplementations({ preset }, undefined).map(({ manifest }) => manifest.id);

test("the quick preset measures the three languages that the articles compare, standard every language", () => {
  expect(chosenBy("quick")).toEqual(["go-production", "python-production", "rust-production"]);
  expect(chosenBy("standard")).toEqual(["go-production", "node-production", "python-production", "rust-production"]);
});
