import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright";
import { createServer } from "vite";
import { chromiumFlags, chromiumPath } from "../e2e/chromium.ts";

/**
 * Serves a page of this folder, cross-origin isolated, and opens it in headless Chromium. The profile lies on the disk:
 * in a private one the browser keeps files in memory.
 */
export async function onBenchPage<Value>(name: string, work: (page: Page) => Promise<Value>): Promise<Value> {
  const server = await createServer({
    root: fileURLToPath(new URL("..", import.meta.url)),
    configFile: false,
    logLevel: "error",
    cacheDir: "node_modules/.cache/easel-bench",
    optimizeDeps: {
      exclude: ["onnxruntime-web"],
      include: ["comlink", "hash-wasm", "zod"],
      noDiscovery: true,
    },
    server: {
      port: 0,
      hmr: false,
      headers: {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
      },
    },
  });
  await server.listen();
  const profile = await mkdtemp(join(tmpdir(), "easel-bench-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    args: chromiumFlags,
  });
  try {
    const page = await context.newPage();
    await page.goto(`${server.resolvedUrls?.local[0] ?? ""}bench/${name}.html`);
    return await work(page);
  } finally {
    await context.close();
    await server.close();
    await rm(profile, { recursive: true, force: true });
  }
}
