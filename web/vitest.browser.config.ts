import { defineConfig } from "vitest/config";

/** Tests that drive a real Chromium through playwright-core; they run one after another on a built page. */
export default defineConfig({
  test: {
    environment: "node",
    include: ["tests/browser/**/*.test.ts"],
    fileParallelism: false,
    // Ceilings of waits that end by conditions: a busy machine is slow, not wrong.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    expect: { poll: { timeout: 240_000 } },
    passWithNoTests: false,
    // On CI's shared machine a browser may stall for seconds; what needed a second try is named in the report.
    retry: process.env.CI ? 1 : 0,
  },
});
