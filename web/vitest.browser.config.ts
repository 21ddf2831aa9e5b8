import { defineConfig } from "vitest/config";

/** Tests that drive a real Chromium through playwright-core; they run one after another on a built page. */
export default defineConfig({
  test: {
    environment: "node",
    include: ["tests/browser/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    // On CI's shared machine a browser may stall for seconds; what needed a second try is named in the report.
    retry: process.env.CI ? 1 : 0,
  },
});
