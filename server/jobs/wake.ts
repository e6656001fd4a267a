import { EventEmitter } from "node:events";
import type { ProgressWire } from "../../src/contracts/progress.ts";

/** A claim that waits for a job of one of its models. */
interface WaitingClaim {
  models: readonly string[];
  wake: (model?: string) => void;
}

/** What waits inside one API process: event streams for one picture's events, claims for a new job. */
export class WakeHub {
  readonly #emitter = new EventEmitter();
  /** The one that has waited longest first. */
  readonly #claims = new Set<WaitingClaim>();
  #jobs = 0;

  constructor() {
    // One listener a watched picture: there may be many.
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

  /** New jobs of a model: each wakes one of the claims that wait for it, since one alone can have it. */
  jobsReady(model: string, count: number): void {
    this.#jobs++;
    this.wakeClaims(model, count);
  }

  /** The same for what lies in this process, not in the database: who finds nothing here need not look there. */
  wakeClaims(model: string, count: number): void {
    let left = count;
    for (const claim of this.#claims) {
      if (left === 0) return;
      if (!claim.models.includes(model)) continue;
      left--;
      claim.wake(model);
    }
  }

  /** Which models' jobs are ready is not known: every claim looks. */
  anyJobReady(): void {
    this.#jobs++;
    for (const claim of this.#claims) claim.wake();
  }

  /** How often there were new jobs: read it before looking, so that what comes while one looks is not missed. */
  get jobs(): number {
    return this.#jobs;
  }

  /**
   * Resolves at the next job of one of the models after the first `seen`, after `milliseconds`, or when `signal` aborts.
   * Answers the model that one new job of which is this claim's to look for, if it was woken for one: who can't look any
   * more must hand it on (`jobsReady`).
   */
  async untilJob(
    models: readonly string[],
    seen: number,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (this.#jobs !== seen || signal.aborted) return undefined;
    return new Promise((resolve) => {
      const done = (model?: string) => {
        clearTimeout(timer);
        this.#claims.delete(claim);
        signal.removeEventListener("abort", calledOff);
        resolve(model);
      };
      const calledOff = () => done();
      const claim: WaitingClaim = { models, wake: done };
      const timer = setTimeout(done, milliseconds);
      this.#claims.add(claim);
      signal.addEventListener("abort", calledOff, { once: true });
    });
  }
}
