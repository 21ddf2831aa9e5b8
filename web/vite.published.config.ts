import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { leanThree } from "./lean-three.ts";

/**
 * What stands inside files that leave this machine: one script and one style, which load nothing. The server's page is
 * built before; it empties the folder above.
 */
export default defineConfig({
  plugins: [svelte(), leanThree()],
  publicDir: false,
  build: {
    outDir: "../src/snntrainer3d/static/published",
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: false,
    rolldownOptions: {
      input: "src/published/main.ts",
      output: { codeSplitting: false, entryFileNames: "page.js", assetFileNames: "page.[ext]" },
    },
  },
});
