import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { compileMessages } from "./scripts/compile-messages.mjs";
import { chromiumFlags, chromiumPath } from "./e2e/chromium.ts";

await compileMessages();

/** The lanes of the unit and integration tests; `scripts/test.mjs` runs them one by one. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "workers/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["**/*.browser.test.ts"],
          environment: "node",
        },
      },
      {
        test: {
          name: "server",
          globalSetup: ["server/tests/built-programs.ts"],
          include: ["server/**/*.test.ts"],
          exclude: ["**/*.python.test.ts"],
          environment: "node",
          // For what hangs, beside another lane on a busy machine; what must be in time is timed by its test.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "python",
          globalSetup: ["server/tests/built-programs.ts"],
          include: ["server/**/*.python.test.ts"],
          environment: "node",
          testTimeout: 120_000,
          // The first time, Python and the clients are installed.
          hookTimeout: 300_000,
        },
      },
      {
        server: {
          headers: {
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
          },
        },
        optimizeDeps: { exclude: ["onnxruntime-web"] },
        test: {
          name: "browser",
          globalSetup: ["e2e/hub/vitest-hub.ts"],
          include: ["src/**/*.browser.test.ts", "workers/**/*.browser.test.ts"],
          testTimeout: 120_000,
          expect: { poll: { timeout: 30_000 } },
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              // A private window has room for a gigabyte or so; the full counts need what a profile on a disk has.
              persistentContext: process.env.EASEL_SOAK === "1" && ".cache/soak-profile",
              launchOptions: {
                executablePath: chromiumPath(),
                args: [
                  ...chromiumFlags,
                  "--enable-blink-features=ForceEagerMeasureMemory",
                  "--js-flags=--expose-gc",
                ],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
