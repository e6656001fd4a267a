import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fillHistory, filledPrompt } from "./fill-history.ts";
import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

test.use({ serviceWorkers: "allow" });

/**
 * Easel behind a proxy that deploys new versions: the same page, another service worker, and the first version's scripts
 * and styles gone, as where each build has names of its own.
 */
class Deployments {
  #version = 1;
  /** What was asked for after it was gone. */
  readonly missed: string[] = [];
  readonly #server: Server;

  constructor(easel: string) {
    this.#server = createServer((incoming, outgoing) => {
      const { method, url = "/" } = incoming;
      if (this.#version > 1 && url.startsWith("/assets/")) {
        this.missed.push(url);
        outgoing.writeHead(404).end();
        return;
      }
      // Unpacked: a line is written before the worker's own.
      const headers = { ...incoming.headers, "accept-encoding": "identity" };
      const sent = request(new URL(url, easel), { method, headers }, (answer) => {
        const isWorker = url === "/sw.js";
        const headersOut = { ...answer.headers };
        if (isWorker) {
          delete headersOut["content-length"];
          delete headersOut.etag;
        }
        outgoing.writeHead(answer.statusCode ?? 502, headersOut);
        if (isWorker) outgoing.write(`// Version ${this.#version}\n`);
        answer.pipe(outgoing);
      });
      sent.on("error", () => outgoing.destroy());
      incoming.pipe(sent);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "localhost", resolve));
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  deploy(): void {
    this.#version++;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

test("R22: two updates wait for the picture under way and come by themselves, with every part and the history there", async ({
  browser,
  easel,
}) => {
  const deployments = new Deployments(easel.url);
  const context = await browser.newContext({ baseURL: await deployments.listen() });
  try {
    const page = await context.newPage();
    const studio = new Studio(page);
    await studio.open();
    await expect(page.getByText(/ready offline/i)).toBeVisible({ timeout: 60_000 });
    await fillHistory(page, 3);
    await page.reload();
    await expect(studio.picture(filledPrompt(2))).toBeVisible();
    const loads: string[] = [];
    page.on("load", () => loads.push(page.url()));

    await studio.fill("a castle", { steps: 150, seed: 1, where: "This device" });
    await studio.generate.click();
    await expect(page.getByText(/Step \d+ of 150/)).toBeVisible({ timeout: 60_000 });
    const deploy = async () => {
      deployments.deploy();
      await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    };
    await deploy();
    const update = page.getByRole("region", { name: "Update" });
    await update.getByRole("button", { name: "Update" }).click({ timeout: 30_000 });
    await expect(update).toContainText("Easel reloads once your picture is finished.");
    await deploy();
    await test.step("parts that this tab had not loaded yet are those of its own version", async () => {
      await page.getByRole("link", { name: "This device" }).click();
      await expect(page.getByRole("heading", { name: "This device", level: 2 })).toBeVisible();
      await page.goBack();
    });
    // Longer than the page takes to ask whether a picture is still under way.
    const step = await page.getByText(/Step \d+ of 150/).textContent();
    await expect(page.getByText(/Step \d+ of 150/)).not.toHaveText(step ?? "", { timeout: 60_000 });
    expect(loads).toEqual([]);

    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await expect.poll(() => loads.length, { timeout: 30_000 }).toBe(1);
    await expect(studio.prompt).toHaveValue("a castle");
    await expect(update).toHaveCount(0);
    for (const n of [0, 1, 2]) await expect(studio.picture(filledPrompt(n))).toBeVisible();
    expect(deployments.missed).toEqual([]);
  } finally {
    await context.close();
    deployments.close();
  }
});
