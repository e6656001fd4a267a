import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { createServer } from "vite";
import { chromiumFlags, chromiumPath } from "../e2e/chromium.ts";
import type { LocalJob } from "../src/contracts/diffusion-worker.ts";
import { BENCH_REQUEST } from "./overhead-request.ts";
import type { Sample } from "./overhead-request.ts";

/** What can be handed to the page as plain data. */
type BenchJob = Omit<LocalJob, "inputs">;

interface BenchWindow {
  measure: (job: BenchJob, pictures: number) => Promise<Sample[]>;
}

/** Draws in a worker of a cross-origin isolated page in headless Chromium, PNG included. */
export async function measureInChromium(pictures: number): Promise<Sample[]> {
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
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  try {
    const page = await browser.newPage();
    await page.goto(`${server.resolvedUrls?.local[0] ?? ""}bench/overhead.html`);
    const job: BenchJob = { request: BENCH_REQUEST, provider: "wasm", previews: false };
    return await page.evaluate(
      ([given, count]) => (globalThis as unknown as BenchWindow).measure(given, count),
      [job, pictures] as const,
    );
  } finally {
    await browser.close();
    await server.close();
  }
}
