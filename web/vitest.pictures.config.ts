import { defineConfig } from "vitest/config";

/** Makes the pictures of the README anew: `make screenshots`. */
export default defineConfig({
  test: {
    environment: "node",
    include: ["tests/pictures/**/*.ts"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
    passWithNoTests: false,
  },
});
