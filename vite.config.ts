import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig, type Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { compileAhead } from "./scripts/compile-ahead.ts";
import { firstPaint, scriptsAfterStyle } from "./scripts/first-paint.mjs";
import { screenChunks } from "./scripts/screen-chunks.ts";
import { manifestName, webManifest, type ManifestTexts } from "./src/ui/platform/web-manifest.ts";

const MESSAGES = join(import.meta.dirname, "messages");
const BASE = "en";

const api = process.env.EASEL_API ?? "http://localhost:8787";

/** A page without these two headers has no SharedArrayBuffer, and so no threads in WebAssembly. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * Writes `runtime-files.json`: the addresses of the WebAssembly files, 14 to 27 MB each, and of easel-eyes' weights. They
 * are too large for the service worker's precache, which would hold up the first visit; it fetches this list once the page
 * is idle.
 */
function runtimeFiles(): Plugin {
  return {
    name: "easel-runtime-files",
    apply: "build",
    // Read from the folder: what a worker's own build emits is not in the page's bundle.
    writeBundle({ dir }) {
      const folder = dir ?? ".";
      const files = readdirSync(join(folder, "assets")).filter((name) => /\.(wasm|onnx)$/.test(name));
      const list = files.map((name) => `/assets/${name}`);
      writeFileSync(join(folder, "runtime-files.json"), JSON.stringify(list));
    },
  };
}

/**
 * zod tries whether it may make code from text, which the page's Content-Security-Policy refuses: a violation with every
 * page and worker, which Firefox reports. It is told before its first look; a setting of ours would come after it.
 */
function zodWithoutEval(): Plugin {
  const SETTINGS = "__zod_globalConfig = {}";
  return {
    name: "easel-zod-without-eval",
    apply: "build",
    transform: {
      filter: { id: /[\\/]zod[\\/]v4[\\/]core[\\/]core\.js$/ },
      handler(code) {
        if (!code.includes(SETTINGS))
          this.error(`zod's core should have "${SETTINGS}": see its globalConfig.`);
        return { code: code.replace(SETTINGS, "__zod_globalConfig = { jitless: true }"), map: null };
      },
    },
  };
}

/** Writes the manifest of every language but the base, whose manifest stands in index.html. */
function languageManifests(): Plugin {
  return {
    name: "easel-language-manifests",
    apply: "build",
    writeBundle({ dir }) {
      const languages = readdirSync(MESSAGES).map((file) => file.replace(/\.json$/, ""));
      for (const language of languages.filter((one) => one !== BASE)) {
        const json = JSON.stringify(webManifest(language, textsOf(language)));
        writeFileSync(join(dir ?? ".", manifestName(language, BASE)), json);
      }
    },
  };
}

/** What every start needs, in the order in which it comes: what two share comes with the first. */
const SCREENS = {
  shell: "src/ui/main.ts",
  wall: "src/ui/wall/WallView.svelte",
  history: "src/history/open-history.ts",
  models: "src/contracts/model.ts",
};

function textsOf(language: string): ManifestTexts {
  return JSON.parse(readFileSync(join(MESSAGES, `${language}.json`), "utf8")) as ManifestTexts;
}

export default defineConfig({
  root: "src/ui",
  publicDir: "../../public",
  build: {
    outDir: "../../dist/app",
    emptyOutDir: true,
    target: "es2022",
    // Inlined assets would be data: URLs, which the page's Content-Security-Policy refuses for scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: {
        codeSplitting: {
          groups: screenChunks(SCREENS),
        },
      },
    },
    chunkSizeWarningLimit: 1_500,
  },
  worker: {
    format: "es",
    plugins: () => [zodWithoutEval()],
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  server: {
    headers: isolation,
    proxy: Object.fromEntries(
      ["/api", "/s/", "/objects", "/models", "/private-picture.js"].map((path) => [path, api]),
    ),
    fs: { allow: ["../.."] },
  },
  preview: { headers: isolation },
  plugins: [
    zodWithoutEval(),
    svelte(),
    tailwindcss(),
    firstPaint(),
    scriptsAfterStyle(),
    compileAhead(Object.keys(SCREENS)),
    runtimeFiles(),
    languageManifests(),
    VitePWA({
      strategies: "injectManifest",
      registerType: "prompt",
      injectRegister: false,
      srcDir: "../../workers/service",
      filename: "sw.ts",
      // Its own build would speak at every start, whatever the page's build was told.
      integration: { configureCustomSWViteBuild: (build) => void (build.logLevel = "error") },
      injectManifest: {
        globPatterns: ["**/*.{html,js,mjs,css,svg,png,json,webmanifest}"],
        maximumFileSizeToCacheInBytes: 4 * 1024 * 1024,
      },
      manifest: webManifest(BASE, textsOf(BASE)),
    }),
  ],
});
