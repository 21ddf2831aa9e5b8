import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { leanThree } from "./lean-three.ts";

/** Where `npm run dev` sends what only the server can answer. */
const server = process.env.SNNTRAINER3D_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), leanThree()],
  // Vitest runs outside a browser, where Svelte would otherwise be resolved to its server build.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  build: {
    outDir: "../src/snntrainer3d/static",
    emptyOutDir: true,
    target: "es2022",
    // The page's policy forbids inline scripts and data: modules.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    // Shared by the view and the circuit's: without a name of its own it would have that of a file in it.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "three", test: /node_modules[\\/]three/ }] } } },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": { target: server, ws: true } } },
  test: {
    environment: "node",
    include: ["tests/**/*.test.ts"],
    exclude: ["tests/browser/**", "tests/verify/**"],
    // Each file has a context of its own in one process: half the time of a process for each.
    pool: "vmThreads",
    passWithNoTests: false,
    // A busy machine is slow, not wrong.
    testTimeout: 300_000,
  },
}));
