import { nextTask } from "../shell/next-task.ts";

/**
 * Rows of the wall are made one a task: a screen of them and what lies about it in one piece would hold up who scrolls
 * or types.
 */
export class RowTurns {
  readonly #waiting = new Set<() => void>();
  #running = false;

  /** @returns how to give the turn up: the row is gone, or is to show something else */
  ask(make: () => void): () => void {
    this.#waiting.add(make);
    if (!this.#running) void this.#run();
    return () => this.#waiting.delete(make);
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.size > 0) {
      await nextTask();
      const [make] = this.#waiting;
      if (make === undefined) continue;
      this.#waiting.delete(make);
      make();
    }
    this.#running = false;
  }
}
