import { wrap, type Remote } from "comlink";
import type { Outcome } from "../../contracts/diffusion-worker.ts";
import { asFailure } from "../../contracts/errors.ts";
import type { SeeingWorkerApi } from "../../contracts/seeing-worker.ts";
import type { UnsafeLabel } from "../../contracts/safety.ts";
import type { Sight } from "../../contracts/sight.ts";
import type { TextCategory } from "../../contracts/text-category.ts";

/** After a while without a question the worker gives its memory back. */
const IDLE_MILLISECONDS = 30_000;

/** The page's end of workers/seeing, which lives as long as it is asked. */
export class Seer {
  #worker: Worker | null = null;
  #api: Remote<SeeingWorkerApi> | null = null;
  /** Ends the questions that a worker can't answer any more: it could not be started, or has died. */
  #fail: (thrown: unknown) => void = () => undefined;
  #failed: Promise<never> = new Promise(() => undefined);
  #asked = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** What a prompt is about; null where that can't be told now. */
  async categorise(prompt: string): Promise<TextCategory | null> {
    const outcome = await this.#ask((api) => api.categorise([prompt]));
    return outcome.ok ? outcome.value[0]! : null;
  }

  /** What a picture shows. @param prompt what was asked for; empty where nothing was */
  see(picture: Blob, prompt: string): Promise<Outcome<Sight>> {
    return this.#ask((api) => api.see(picture, prompt));
  }

  /** How much of each pixel is a thing's, 0..255. @param thing its place among the things that are seen */
  cutOut(picture: Blob, thing: number): Promise<Outcome<Uint8ClampedArray>> {
    return this.#ask((api) => api.cutOut(picture, thing));
  }

  /** What a safety model of the store says against a picture; null where it is safe. */
  findUnsafe(picture: Blob, model: string): Promise<Outcome<UnsafeLabel | null>> {
    return this.#ask((api) => api.findUnsafe(picture, model));
  }

  async #ask<Value>(
    question: (api: Remote<SeeingWorkerApi>) => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    clearTimeout(this.#idle);
    this.#asked++;
    try {
      const api = this.#start();
      return await Promise.race([question(api), this.#failed]);
    } catch (thrown) {
      this.#end();
      return { ok: false, failure: asFailure(thrown) };
    } finally {
      this.#asked--;
      clearTimeout(this.#idle);
      if (this.#asked === 0) this.#idle = setTimeout(() => this.#end(), IDLE_MILLISECONDS);
    }
  }

  #start(): Remote<SeeingWorkerApi> {
    if (this.#api !== null) return this.#api;
    this.#worker = new Worker(new URL("../../../workers/seeing/main.ts", import.meta.url), {
      type: "module",
    });
    this.#failed = new Promise<never>((_resolve, reject) => (this.#fail = reject));
    // Nobody may be asking just then.
    this.#failed.catch(() => undefined);
    this.#worker.addEventListener("error", ({ message }) =>
      this.#fail(new Error(`What sees could not be started: ${message}`)),
    );
    this.#api = wrap<SeeingWorkerApi>(this.#worker);
    return this.#api;
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#api = null;
  }
}
