import type { Progress } from "../contracts/progress.ts";

/** Seconds of a picture's steps. */
export interface StepSeconds {
  first: number;
  /** The mean of the others; null where there was one step only. */
  later: number | null;
}

/** Takes the time of a picture's steps from its progress; what is loaded between them is not counted as theirs. */
export class StepClock {
  readonly #now: () => number;
  #heardAt: number;
  #step = 0;
  #seconds: number[] = [];
  #loaded = false;

  /** @param now milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#heardAt = now();
  }

  hear(event: Progress<unknown>): void {
    const now = this.#now();
    if (event.type === "loading") this.#loaded = true;
    if (event.type === "step" && event.step > this.#step) {
      // A server's stream may leave some out.
      const steps = event.step - this.#step;
      const each = (now - this.#heardAt) / 1000 / steps;
      this.#seconds.push(...Array.from({ length: steps }, () => each));
      this.#step = event.step;
    }
    this.#heardAt = now;
  }

  /** Some of the model was loaded before the steps or between them. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** null before the first step. */
  get seconds(): StepSeconds | null {
    const [first, ...later] = this.#seconds;
    if (first === undefined) return null;
    const mean = later.reduce((sum, one) => sum + one, 0) / later.length;
    return { first, later: later.length === 0 ? null : mean };
  }
}
