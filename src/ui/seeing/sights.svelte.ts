import type { Failure } from "../../contracts/errors.ts";
import { EYES_VERSION } from "../../contracts/sight.ts";
import type { Job } from "../../history/database.ts";
import type { History } from "../../history/history.ts";
import type { Categories } from "./categories.svelte.ts";
import type { Seer } from "./seer.ts";

export interface SightsParts {
  history: Pick<History, "picture" | "noteSeen">;
  seer: Seer;
  categories: Pick<Categories, "on">;
}

/** Looks at each new picture once this device has nothing to draw, so that it is found by what it shows. */
export class Sights {
  readonly #parts: SightsParts;
  #waiting = $state.raw<readonly Job[]>([]);
  #looking = false;

  constructor(parts: SightsParts) {
    this.#parts = parts;
  }

  /** A picture is in the history; a grid shows what its pictures show. */
  note(job: Job): void {
    if (this.#parts.categories.on && job.grid === undefined) this.#waiting = [...this.#waiting, job];
  }

  /** Whether pictures wait to be looked at. */
  get due(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Looks at those that wait, one after the other. Nobody waits for it, and a picture is as good without: what fails here is
   * not told.
   * @param mayGoOn asked before each: not while this device draws
   */
  async catchUp(mayGoOn: () => boolean): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (let [next] = this.#waiting; next !== undefined && mayGoOn(); [next] = this.#waiting) {
        this.#waiting = this.#waiting.slice(1);
        const picture = await this.#parts.history.picture(next.id).catch(() => undefined);
        if (picture !== undefined) await this.look(next, picture.png);
      }
    } finally {
      this.#looking = false;
    }
  }

  /** Looks at a picture of the history, and keeps what is seen with it. @returns what went wrong; null: nothing */
  async look({ id, request }: Job, png: Blob): Promise<Failure | null> {
    const outcome = await this.#parts.seer.see(png, request.prompt);
    if (!outcome.ok) return outcome.failure;
    const seen = { sight: outcome.value, seenBy: EYES_VERSION };
    await this.#parts.history.noteSeen({ [id]: seen }).catch(() => undefined);
    return null;
  }
}
