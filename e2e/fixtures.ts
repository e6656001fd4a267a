import { test as base, expect } from "@playwright/test";
import { EaselServer } from "./easel-server.ts";

/** `easel`: one running server for all the tests of a worker. */
export const serverTest = base.extend<object, { easel: EaselServer }>({
  easel: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern.
    async ({}, use) => {
      const easel = await EaselServer.start();
      await use(easel);
      await easel.dispose();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: async ({ easel }, use) => {
    await use(easel.url);
  },
});

/** A Chromium beside it. Pages are checked for CSP violations (R20). */
export const test = serverTest.extend<{ cspViolations: string[] }>({
  cspViolations: [
    async ({ context }, use) => {
      const violations: string[] = [];
      context.on("console", (message) => {
        if (/Content Security Policy/i.test(message.text())) violations.push(message.text());
      });
      await use(violations);
      expect(violations, "R20: no page breaks its Content Security Policy").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
