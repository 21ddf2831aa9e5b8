import { defineConfig } from "vitest/config";

/** Tests of minutes in a real Chromium: `make verify`. */
export default defineConfig({
  test: {
    environment: "node",
    include: ["tests/verify/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 900_000,
    expect: { poll: { timeout: 240_000 } },
    passWithNoTests: false,
  },
});
