import type { Page } from "playwright";
import type { LocalJob } from "../src/contracts/diffusion-worker.ts";
import type { GenerationRequest } from "../src/contracts/request.ts";
import { onBenchPage } from "./bench-page.ts";
import { BENCH_REQUEST } from "./overhead-request.ts";
import type { Sample } from "./overhead-request.ts";

/** What can be handed to the page as plain data. */
type BenchJob = Omit<LocalJob, "inputs">;

interface BenchWindow {
  measure: (job: BenchJob, pictures: number) => Promise<Sample[]>;
}

/** Draws in a worker of a cross-origin isolated page in headless Chromium, PNG included. */
export function measureInChromium(pictures: number): Promise<Sample[]> {
  return onBenchPage("overhead", (page) => drawOnPage(page, BENCH_REQUEST, pictures));
}

/** @param page where overhead.html is open */
export function drawOnPage(page: Page, request: GenerationRequest, pictures: number): Promise<Sample[]> {
  const job: BenchJob = { request, provider: "wasm", previews: false };
  return page.evaluate(([given, count]) => (globalThis as unknown as BenchWindow).measure(given, count), [
    job,
    pictures,
  ] as const);
}
