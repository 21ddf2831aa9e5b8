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
  },
});
