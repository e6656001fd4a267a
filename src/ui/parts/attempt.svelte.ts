import { asFailure } from "../../contracts/errors.ts";
import type { Told } from "../language/failure-words.ts";

/** What a form or a button sets going, one thing at a time: whether it is under way, and what went wrong with it. */
export class Attempt {
  #busy = $state(false);
  #failure = $state.raw<Told | null>(null);

  get busy(): boolean {
    return this.#busy;
  }

  /** Of the last one. */
  get failure(): Told | null {
    return this.#failure;
  }

  /** Does it, unless another one is under way. A failure is told, not thrown. */
  async run(work: () => Promise<void>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#failure = null;
    try {
      await work();
    } catch (thrown) {
      this.#failure = asFailure(thrown);
    } finally {
      this.#busy = false;
    }
  }

  /** What was asked for can't be set going. */
  refuse(why: Told): void {
    this.#failure = why;
  }

  dismiss(): void {
    this.#failure = null;
  }
}
