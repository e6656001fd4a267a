import { wrap, type Remote } from "comlink";
import type { SeeingWorkerApi } from "../../contracts/seeing-worker.ts";
import type { TextCategory } from "../../contracts/text-category.ts";

/** After a while without a question the worker gives its memory back. */
const IDLE_MILLISECONDS = 30_000;

/** The page's end of workers/seeing, which lives as long as it is asked. */
export class Seer {
  #worker: Worker | null = null;
  #api: Remote<SeeingWorkerApi> | null = null;
  #asked = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** What a prompt is about; null where that can't be told now. */
  async categorise(prompt: string): Promise<TextCategory | null> {
    clearTimeout(this.#idle);
    this.#asked++;
    try {
      const outcome = await this.#start().categorise([prompt]);
      return outcome.ok ? outcome.value[0]! : null;
    } catch {
      this.#end();
      return null;
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
    // What could not be started answers nothing either.
    this.#worker.addEventListener("error", () => this.#end());
    this.#api = wrap<SeeingWorkerApi>(this.#worker);
    return this.#api;
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#api = null;
  }
}
