import type { Progress } from "../../contracts/progress.ts";

/** Of the bar, loading the model takes this share; the steps take the rest. */
const LOADING_SHARE = 0.15;

/**
 * How far a picture is, 0 to 1, or null while there is nothing to measure. It never goes back within one try: where
 * components are loaded in turn, loading comes between steps too.
 */
export class ProgressBar {
  #furthest = 0;

  hear(event: Progress<unknown>): number | null {
    const now = fractionOf(event);
    if (now === null) return null;
    this.#furthest = Math.max(this.#furthest, now);
    return this.#furthest;
  }
}

function fractionOf(event: Progress<unknown>): number | null {
  if (event.type === "queued") return null;
  if (event.type === "loading") return LOADING_SHARE * (event.loadedBytes / Math.max(1, event.totalBytes));
  if (event.type === "step") return LOADING_SHARE + (1 - LOADING_SHARE) * 0.97 * (event.step / event.steps);
  return 0.99;
}
