import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "./fixtures.ts";
import { Studio } from "./studio.ts";

test.use({ serviceWorkers: "allow" });

/** Easel behind a proxy that deploys a new version: the same files, another service worker. */
class Deployments {
  #version = 1;
  readonly #server: Server;

  constructor(easel: string) {
    this.#server = createServer((incoming, outgoing) => {
      const { method, url = "/" } = incoming;
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

test("R22: an update is offered, waits for the picture under way, and then comes by itself", async ({
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
    const loads: string[] = [];
    page.on("load", () => loads.push(page.url()));

    await studio.fill("a castle", { steps: 150, seed: 1, where: "This device" });
    await studio.generate.click();
    await expect(page.getByText(/Step \d+ of 150/)).toBeVisible({ timeout: 60_000 });
    deployments.deploy();
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    const update = page.getByRole("region", { name: "Update" });
    await update.getByRole("button", { name: "Update" }).click({ timeout: 30_000 });
    await expect(update).toContainText("Easel reloads once your picture is finished.");
    // Longer than the page takes to ask whether a picture is still under way.
    const step = await page.getByText(/Step \d+ of 150/).textContent();
    await expect(page.getByText(/Step \d+ of 150/)).not.toHaveText(step ?? "", { timeout: 60_000 });
    expect(loads).toEqual([]);

    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await expect.poll(() => loads.length, { timeout: 30_000 }).toBe(1);
    await expect(studio.prompt).toHaveValue("a castle");
    await expect(update).toHaveCount(0);
  } finally {
    await context.close();
    deployments.close();
  }
});
