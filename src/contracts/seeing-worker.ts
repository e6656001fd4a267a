import type { Outcome } from "./diffusion-worker.ts";
import type { UnsafeLabel } from "./safety.ts";
import type { Sight } from "./sight.ts";
import type { TextCategory } from "./text-category.ts";

/** What crosses comlink between the page and workers/seeing. */
export interface SeeingWorkerApi {
  /** What each prompt is about, in their order. */
  categorise(prompts: readonly string[]): Promise<Outcome<TextCategory[]>>;
  /** What a picture shows. @param prompt what was asked for; empty where nothing was */
  see(picture: Blob, prompt: string): Promise<Outcome<Sight>>;
  /**
   * How much of each pixel is a thing's, 0..255, row by row over the whole picture.
   * @param thing its place among `things` of {@link Sight}, which is the same each time the picture is seen
   */
  cutOut(picture: Blob, thing: number): Promise<Outcome<Uint8ClampedArray>>;
  /**
   * What the safety model of this id, which is in the store, says against a picture: the unsafe labels' share together, and
   * the likeliest of them; null where it is safe.
   */
  findUnsafe(picture: Blob, model: string): Promise<Outcome<UnsafeLabel | null>>;
}
