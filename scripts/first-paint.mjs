import { createHash } from "node:crypto";
import { join } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { build } from "esbuild";
import { createServer } from "vite";
import { projectRoot } from "./run.mjs";

const PAGE = join(projectRoot, "src/ui/first-paint/FirstPaint.svelte");
const SCRIPT = join(projectRoot, "src/ui/first-paint/before-paint.ts");
const TEXTS = join(projectRoot, "src/paraglide/runtime.js");
const PLACE = "<!-- first paint -->";

/**
 * Puts into index.html what is seen until the page's scripts run: FirstPaint.svelte in every language, and the script that
 * chooses one before the first paint. On a slow phone that is seconds before the page itself.
 */
export function firstPaint() {
  let script = "";
  let pages = "";
  return {
    name: "easel-first-paint",
    async buildStart() {
      script = await bundled();
      if (this.environment.mode === "build") pages = await rendered();
    },
    transformIndexHtml: {
      order: "pre",
      handler: (html, { server }) => {
        const page = html.replace(PLACE, pages);
        // The built page's Content-Security-Policy takes no script that stands in it.
        const tag = server ? { children: script } : { attrs: { src: `/${addressOf(script)}` } };
        return { html: page, tags: [{ tag: "script", injectTo: "head", ...tag }] };
      },
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: addressOf(script), source: script });
    },
  };
}

function addressOf(script) {
  return `assets/before-paint-${createHash("sha256").update(script).digest("base64url").slice(0, 8)}.js`;
}

async function bundled() {
  const { outputFiles } = await build({
    entryPoints: [SCRIPT],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    write: false,
  });
  return outputFiles[0].text;
}

/**
 * What the page shows first needs its style alone: on a slow line its own scripts would share the line with it.
 * Vite writes their tags after every other plugin has seen the page, so they are told here.
 */
export function scriptsAfterStyle() {
  const TAG = /<(script type="module"|link rel="modulepreload")/g;
  return {
    name: "easel-scripts-after-style",
    apply: "build",
    transformIndexHtml: { order: "post", handler: (html) => html.replace(TAG, '<$1 fetchpriority="low"') },
  };
}

/** One element a language; app.css shows the page's own. */
async function rendered() {
  const server = await createServer({
    configFile: false,
    root: projectRoot,
    appType: "custom",
    logLevel: "error",
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    plugins: [svelte()],
  });
  try {
    const { locales, overwriteGetLocale } = await server.ssrLoadModule(TEXTS);
    const { default: FirstPaint } = await server.ssrLoadModule(PAGE);
    const { render } = await server.ssrLoadModule("svelte/server");
    return locales
      .map((locale) => {
        overwriteGetLocale(() => locale);
        return `<div class="first-paint" lang="${locale}" inert>${render(FirstPaint).body}</div>`;
      })
      .join("");
  } finally {
    await server.close();
  }
}
