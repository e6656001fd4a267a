import { fileURLToPath } from "node:url";
import type { Page } from "playwright";
import { createServer } from "vite";
import { onProfile } from "./profile.ts";

/** Serves the pages of this folder, cross-origin isolated. @param work is given the folder's address */
export async function servingPages<Value>(work: (address: string) => Promise<Value>): Promise<Value> {
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
  try {
    return await work(`${server.resolvedUrls?.local[0] ?? ""}bench/`);
  } finally {
    await server.close();
  }
}

/** Opens one of them in headless Chromium. */
export function onBenchPage<Value>(name: string, work: (page: Page) => Promise<Value>): Promise<Value> {
  return servingPages((address) =>
    onProfile((profile) =>
      profile.start(async (page) => {
        await page.goto(`${address}${name}.html`);
        return work(page);
      }),
    ),
  );
}
