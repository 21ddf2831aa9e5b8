import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { leanThree } from "./lean-three.ts";

/**
 * What stands inside files that leave this machine, each one script that loads nothing: that of published pages, or with
 * `--mode widget` that of notebooks. The server's page is built before; it empties the folder above.
 */
export default defineConfig(({ mode }) => {
  const widget = mode === "widget";
  return {
    plugins: [svelte(), leanThree()],
    publicDir: false,
    define: { "process.env.NODE_ENV": JSON.stringify("production") },
    build: {
      outDir: "../src/snntrainer3d/static/published",
      emptyOutDir: !widget,
      target: "es2022",
      cssCodeSplit: false,
      modulePreload: false,
      chunkSizeWarningLimit: 800,
      rolldownOptions: {
        input: widget ? "src/published/widget.ts" : "src/published/main.ts",
        // A notebook imports what the script exports.
        preserveEntrySignatures: "exports-only" as const,
        output: {
          codeSplitting: false,
          entryFileNames: widget ? "view.js" : "page.js",
          assetFileNames: "page.[ext]",
        },
      },
    },
  };
});
