import { basename } from "node:path";
import { defineConfig } from "vite";
import { PRIVATE_SCRIPT } from "../../contracts/sealed-picture.ts";

/** One script of its own: whoever opens a private link gets nothing of the app. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "dist/app",
    emptyOutDir: false,
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: "src/share/private-page/main.ts",
      output: { entryFileNames: basename(PRIVATE_SCRIPT) },
      checks: { pluginTimings: false },
    },
  },
});
