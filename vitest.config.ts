import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["harness/**/*.test.ts", "report/**/*.test.ts"],
    // Real processes, real Redis: slow machines get time. No test asserts a time.
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
