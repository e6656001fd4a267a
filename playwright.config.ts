import { defineConfig, devices } from "@playwright/test";
import { chromiumFlags, chromiumPath } from "./e2e/chromium.ts";

/**
 * A hundred times V8's own budget (13 million) before it optimises a WebAssembly function. With its own it spends three
 * seconds of a processor in each test that draws on making onnxruntime fast for a picture of four steps (ADR 0137).
 */
const optimiseLater = "--js-flags=--wasm-tiering-budget=1300000000";

/** End-to-end tests against the built app and a real server (e2e/easel-server.ts starts one a worker). */
export default defineConfig({
  testDir: "e2e",
  workers: 1,
  retries: 0,
  forbidOnly: process.env.CI === "true",
  timeout: 360_000,
  expect: { timeout: 20_000 },
  use: {
    // Pictures of every moment cost each test seconds on two cores; the last one of a failure is kept.
    trace: { mode: "retain-on-failure", screenshots: false },
    screenshot: "only-on-failure",
    // It fetches the shell and the runtime once more beside each test; whoever is about it lets it in.
    serviceWorkers: "block",
    launchOptions: { executablePath: chromiumPath(), args: [...chromiumFlags, optimiseLater] },
  },
  projects: [
    {
      name: "desktop",
      testIgnore: "engines/**",
      // Of its own: both may run at once, and a run begins by emptying its folder.
      outputDir: "test-results/desktop",
      use: { ...devices["Desktop Chrome"], channel: undefined },
    },
    // Firefox and WebKitGTK: each test starts its own (scripts/engines.mjs).
    { name: "engines", testDir: "e2e/engines", outputDir: "test-results/engines" },
  ],
});
