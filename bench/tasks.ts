import type { Page } from "playwright";
import { FaultHub } from "../e2e/hub/fault-hub.ts";
import { Studio } from "../e2e/studio.ts";
import { onApp } from "./on-app.ts";
import { longestTasks, type Task } from "./page-tasks.ts";

const BYTES = 512 * 1024 * 1024;
const PICTURES = 3;
const ALLOWED_MILLISECONDS = 50;
const SHOWN = 3;

/**
 * Prints the tasks of the page's main thread that took the most of its processor while a large model was downloaded
 * and pictures were drawn in a browser of few cores.
 * @returns whether none took more than 50 ms
 */
export async function benchTasks(): Promise<boolean> {
  const repositories = new Map([["easel/large", "models/tiny/sd"]]);
  const hub = await FaultHub.start(repositories, { path: "unet/model.onnx_data", seed: 7, size: BYTES });
  try {
    const tasks = await onApp(({ url, profile }) =>
      profile.start(async (page) => {
        await page.goto(url);
        await page.getByText("Ready offline").waitFor();
        return longestTasks(page, () => downloadAndDraw(page, hub));
      }),
    );
    const worst = tasks[0]?.milliseconds ?? 0;
    console.log(
      `tasks: the page's longest by its own processor time while downloading and drawing (at most ${ALLOWED_MILLISECONDS} ms)`,
    );
    for (const task of tasks.slice(0, SHOWN)) console.log(`  ${inWords(task)}`);
    return worst <= ALLOWED_MILLISECONDS;
  } finally {
    await hub.stop();
  }
}

/** A download of half a gigabyte, with pictures drawn and looked at meanwhile. */
async function downloadAndDraw(page: Page, hub: FaultHub): Promise<void> {
  const models = page.getByRole("link", { name: "Models" });
  await models.click();
  await page.getByText("The hub and your token").click();
  const address = page.getByLabel("Hub's address");
  await address.fill(hub.url);
  await address.press("Tab");
  await page.getByLabel("Repository").fill("easel/large");
  await page.getByLabel("Repository").press("Enter");
  const card = page.getByRole("article", { name: "large" });
  await card.getByRole("progressbar").waitFor();
  await page.getByRole("link", { name: "Easel" }).click();
  const studio = new Studio(page);
  for (let seed = 0; seed < PICTURES; seed++)
    await studio.draw(`a cat and ${seed} bells`, { seed, where: "This device" });
  await models.click();
  await card.getByRole("button", { name: "Verify" }).waitFor({ timeout: 300_000 });
}

function inWords({ milliseconds, mostly }: Task): string {
  return `${milliseconds.toFixed(1)} ms   ${mostly}`;
}
