import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "harness/testing/global-setup.ts",
    include: ["harness/**/*.test.ts", "report/**/*.test.ts"],
    // The JSON is for .ci/run, which prints the counts.
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: "node_modules/.vitest/results.json" }]] : ["default"],
    // One after the other: many tests measure, and two would measure each other.
    fileParallelism: false,
    // Only those that say test.concurrent, which wait more than they work.
    maxConcurrency: 5,
    // Real processes, real Redis: slow machines get time. No test asserts a time.
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
