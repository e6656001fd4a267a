import { EventEmitter } from "node:events";
import type { ProgressWire } from "../../src/contracts/progress.ts";

/** What waits inside one API process: event streams for one picture's events, claims for a new job. */
export class WakeHub {
  readonly #emitter = new EventEmitter();

  constructor() {
    // One listener an open stream: there may be many.
    this.#emitter.setMaxListeners(0);
  }

  /** A picture has new events in the database. */
  pictureChanged(id: string): void {
    this.#emitter.emit(`picture ${id}`);
  }

  onPicture(id: string, listener: () => void): () => void {
    this.#emitter.on(`picture ${id}`, listener);
    return () => this.#emitter.off(`picture ${id}`, listener);
  }

  /** A step with a preview: shown to whoever watches now, kept nowhere. */
  preview(id: string, event: ProgressWire): void {
    this.#emitter.emit(`preview ${id}`, event);
  }

  onPreview(id: string, listener: (event: ProgressWire) => void): () => void {
    this.#emitter.on(`preview ${id}`, listener);
    return () => this.#emitter.off(`preview ${id}`, listener);
  }

  jobReady(): void {
    this.#emitter.emit("job");
  }

  /** Resolves at the next new job, after `milliseconds`, or when `signal` aborts. */
  async untilJob(milliseconds: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#emitter.off("job", done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#emitter.once("job", done);
      signal.addEventListener("abort", done, { once: true });
      if (signal.aborted) done();
    });
  }
}
