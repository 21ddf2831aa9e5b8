import { defineConfig } from "vitest/config";

/** Tests of minutes in a real Chromium: `make verify`. */
export default defineConfig({
  test: {
    environment: "node",
    include: ["tests/verify/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 90_000,
    passWithNoTests: false,
  },
});
