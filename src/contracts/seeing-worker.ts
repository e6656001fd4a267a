import type { Outcome } from "./diffusion-worker.ts";
import type { TextCategory } from "./text-category.ts";

/** What crosses comlink between the page and workers/seeing. */
export interface SeeingWorkerApi {
  /** What each prompt is about, in their order. */
  categorise(prompts: readonly string[]): Promise<Outcome<TextCategory[]>>;
}
