import type { Page } from "playwright";
import { Studio } from "../e2e/studio.ts";
import type { GenerationRequest } from "../src/contracts/request.ts";
import { servingPages } from "./bench-page.ts";
import { median } from "./median.ts";
import { onApp } from "./on-app.ts";
import { drawOnPage } from "./overhead-chromium.ts";
import { BENCH_REQUEST } from "./overhead-request.ts";

const ROUNDS = 5;
const ALLOWED_RATIO = 1.3;

/** With easel-mini's own numbers, as on a first visit. */
const REQUEST: GenerationRequest = { ...BENCH_REQUEST, numSteps: 12, guidanceScale: 2.5 };

/**
 * Prints the time from opening the page to the first picture shown, by that which the runtime alone takes to make the
 * sessions and run them: the same picture in the same browser, which is started anew for each. The model is in the
 * browser, and Generate is pressed as soon as it is there.
 * @returns whether it is at most 1.3 times as long
 */
export async function benchOpening(): Promise<boolean> {
  const opened: number[] = [];
  const bare: number[] = [];
  await onApp(({ url, profile }) =>
    servingPages(async (pages) => {
      const drawBare = () => profile.start((page) => measureBare(page, `${pages}overhead.html`));
      await profile.start((page) => firstVisit(page, url));
      await drawBare();
      for (let round = 0; round < ROUNDS; round++) {
        opened.push(await profile.start((page) => measureOpening(page, url)));
        bare.push(await drawBare());
      }
    }),
  );
  const ratio = median(opened) / median(bare);
  console.log(
    `opening: from opening the page to the first picture, by the bare sessions' time (at most ${ALLOWED_RATIO})`,
  );
  console.log(
    `  ${ratio.toFixed(2)}   (page ${seconds(opened)}, bare ${seconds(bare)}; medians of ${ROUNDS} starts of the browser)`,
  );
  return ratio <= ALLOWED_RATIO;
}

/** Leaves model, runtime, fields and history in the browser. */
async function firstVisit(page: Page, url: string): Promise<void> {
  await page.goto(url);
  const studio = new Studio(page);
  const { prompt, seed, numSteps: steps } = REQUEST;
  await studio.draw(prompt, { seed, steps, where: "This device" });
  await page.getByText("Ready offline").waitFor();
  await keepCompiled(page);
}

/** @returns milliseconds from the navigation's start until the picture is painted */
async function measureOpening(page: Page, url: string): Promise<number> {
  await page.addInitScript(askAtOnce);
  await page.goto(url);
  const opened = await page.evaluate(
    () => (globalThis as unknown as { firstPicture: Promise<number> }).firstPicture,
  );
  await keepCompiled(page);
  return opened;
}

/**
 * A page is not left with its first picture. Chromium keeps the WebAssembly that it has compiled well once nothing was
 * compiled for two seconds (V8's --wasm-caching-timeout-ms); a browser that ends before compiles all of it again at the
 * next start, or not, as it happens: the same picture then takes 1.5 s or 3.
 */
async function keepCompiled(page: Page): Promise<void> {
  await page.waitForTimeout(4000);
}

/** In the page, before anything else of it. */
function askAtOnce(): void {
  const firstPicture = new Promise<number>((resolve) => {
    let asked = false;
    const observer = new MutationObserver(() => {
      const button = document.getElementById("generate");
      if (button !== null && !asked) {
        asked = true;
        button.click();
      }
      const image = document.querySelector<HTMLImageElement>(".canvas img");
      if (image === null) return;
      observer.disconnect();
      void image.decode().then(() => requestAnimationFrame(() => resolve(performance.now())));
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  Object.assign(globalThis, { firstPicture });
}

/** @returns milliseconds inside the runtime's own `create` and `run` */
async function measureBare(page: Page, address: string): Promise<number> {
  await page.goto(address);
  const [sample] = await drawOnPage(page, REQUEST, 1);
  if (sample === undefined) throw new Error("The bare picture was not measured.");
  await keepCompiled(page);
  return sample.inCreate + sample.inRun;
}

/** The median, and what it lies among: where that is wide, the machine was busy with something else. */
function seconds(milliseconds: readonly number[]): string {
  const [middle, least, most] = [median(milliseconds), Math.min(...milliseconds), Math.max(...milliseconds)];
  return `${(middle / 1000).toFixed(2)} s of ${(least / 1000).toFixed(2)} to ${(most / 1000).toFixed(2)}`;
}
