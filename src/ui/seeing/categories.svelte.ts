import type { Job } from "../../history/database.ts";
import type { History } from "../../history/history.ts";
import type { Seer } from "./seer.ts";

const KEY = "easel-sort-pictures";

/** Notes of each new picture what its prompt is about, so that it is found by that: on this device, if it is wanted. */
export class Categories {
  readonly #history: Pick<History, "setCategory">;
  readonly #seer: Pick<Seer, "categorise">;
  #wanted = $state(readWanted());

  constructor(history: Pick<History, "setCategory">, seer: Pick<Seer, "categorise">) {
    this.#history = history;
    this.#seer = seer;
  }

  get on(): boolean {
    return this.#wanted;
  }

  choose(wanted: boolean): void {
    this.#wanted = wanted;
    try {
      localStorage.setItem(KEY, wanted ? "yes" : "no");
    } catch {
      // A full disk: it is as before at the next visit.
    }
  }

  /** Nobody waits for it, and a picture is as good without: what fails here is not told. */
  async note({ id, request }: Job): Promise<void> {
    if (!this.#wanted) return;
    const category = await this.#seer.categorise(request.prompt);
    if (category !== null) await this.#history.setCategory(id, category).catch(() => undefined);
  }
}

function readWanted(): boolean {
  try {
    return localStorage.getItem(KEY) !== "no";
  } catch {
    return true;
  }
}
