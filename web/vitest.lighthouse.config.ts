import { defineConfig } from "vitest/config";

/** Lighthouse on the built page: `make lighthouse`. */
export default defineConfig({
  test: {
    environment: "node",
    include: ["tests/lighthouse/*.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    passWithNoTests: false,
  },
});
