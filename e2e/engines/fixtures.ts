import type { TestInfo } from "@playwright/test";
import { serverTest } from "../fixtures.ts";
import type { Engine } from "./engine.ts";
import { Firefox } from "./firefox.ts";
import { WebKit } from "./webkit.ts";

/** `firefox`, `webkit`: an engine of the test's own, gone at its end. */
export const test = serverTest.extend<{ firefox: Firefox; webkit: WebKit }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern.
  firefox: async ({}, use, info) => {
    await using(await Firefox.start(), use, info);
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern.
  webkit: async ({}, use, info) => {
    await using(await WebKit.start(), use, info);
  },
});

/** A failed test leaves a look at the window behind. */
async function using<Kind extends Engine>(
  engine: Kind,
  use: (engine: Kind) => Promise<void>,
  info: TestInfo,
) {
  try {
    await use(engine);
    if (info.status === info.expectedStatus) return;
    const body = await engine.screenshot().catch(() => undefined);
    if (body !== undefined) await info.attach("window", { body, contentType: "image/png" });
  } finally {
    await engine.stop();
  }
}
