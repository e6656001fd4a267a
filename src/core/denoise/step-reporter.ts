import type { Progress } from "../../contracts/progress.ts";
import type { Pass } from "../request/passes.ts";
import type { RgbaImage } from "../tensor/image.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { PreviewBudget } from "../vae/preview.ts";
import type { StepReport } from "./denoise.ts";

/** How a preview is made of latents [1, C, h, w], and what time it may take. */
export interface Previewer {
  readonly budget: PreviewBudget;
  readonly draw: (latents: FloatTensor) => Promise<RgbaImage>;
}

/**
 * Steps as progress, counted over all passes, so that they only ever grow: the time left from the steps so far, a
 * step's cost being taken as its pixels; a preview where it fits into the budget.
 */
export class StepReporter {
  readonly #passes: readonly Pass[];
  readonly #onProgress: (event: Progress<RgbaImage>) => void;
  readonly #start = performance.now();
  readonly #steps: number;
  readonly #work: number;

  constructor(passes: readonly Pass[], onProgress: (event: Progress<RgbaImage>) => void) {
    this.#passes = passes;
    this.#onProgress = onProgress;
    this.#steps = passes.reduce((sum, pass) => sum + pass.steps, 0);
    this.#work = passes.reduce((sum, pass) => sum + workOf(pass, pass.steps), 0);
    onProgress({ type: "step", step: 0, steps: this.#steps, etaSeconds: null });
  }

  /** @param which the pass, counted from 0 */
  async report(
    which: number,
    { step, predictedOriginal }: StepReport,
    previewer: Previewer | undefined,
  ): Promise<void> {
    const now = performance.now();
    const before = this.#passes.slice(0, which);
    const done =
      before.reduce((sum, pass) => sum + workOf(pass, pass.steps), 0) + workOf(this.#passes[which]!, step);
    const event = {
      type: "step",
      step: before.reduce((sum, pass) => sum + pass.steps, 0) + step,
      steps: this.#steps,
      etaSeconds: ((now - this.#start) / 1000 / done) * (this.#work - done),
    } as const;
    if (previewer === undefined || event.step === this.#steps || !previewer.budget.allows(now)) {
      this.#onProgress(event);
      return;
    }
    this.#onProgress({ ...event, preview: await previewer.draw(predictedOriginal) });
    previewer.budget.spend(performance.now() - now);
  }
}

function workOf({ width, height }: Pass, steps: number): number {
  return steps * width * height;
}
