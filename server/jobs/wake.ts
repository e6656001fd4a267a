import { EventEmitter } from "node:events";
import type { ProgressWire } from "../../src/contracts/progress.ts";

/** What waits inside one API process: event streams for one picture's events, claims for a new job. */
export class WakeHub {
  readonly #emitter = new EventEmitter();
  #jobs = 0;

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
    this.#jobs++;
    this.#emitter.emit("job");
  }

  /** How often there was a new job: read it before looking, so that what comes while one looks is not missed. */
  get jobs(): number {
    return this.#jobs;
  }

  /** Resolves at the next job after the first `seen`, after `milliseconds`, or when `signal` aborts. */
  async untilJob(seen: number, milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.#jobs !== seen) return;
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
