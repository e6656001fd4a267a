import { SvelteSet } from "svelte/reactivity";
import type { Job } from "../../history/database.ts";

/** Which pictures of the wall are meant, and from where a range is drawn. */
export class Selection {
  readonly #shown: () => readonly Job[];
  readonly #ids = new SvelteSet<string>();
  #choosing = $state(false);
  #anchor: string | null = null;

  /** @param shown what hangs on the wall, in order */
  constructor(shown: () => readonly Job[]) {
    this.#shown = shown;
  }

  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  /** The selected jobs that are shown, in the wall's order. */
  get jobs(): Job[] {
    return this.#ids.size === 0 ? [] : this.#shown().filter(({ id }) => this.#ids.has(id));
  }

  /** A tap selects instead of opening. */
  get choosing(): boolean {
    return this.#choosing || this.#ids.size > 0;
  }

  begin(): void {
    this.#choosing = true;
  }

  clear(): void {
    this.#choosing = false;
    this.#anchor = null;
    this.#ids.clear();
  }

  toggle(id: string): void {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#anchor = id;
  }

  /** From where the last one was chosen (or `from`) to here. */
  extend(id: string, from: string = id): void {
    const order = this.#shown().map((job) => job.id);
    this.#anchor ??= from;
    const [a, b] = [order.indexOf(this.#anchor), order.indexOf(id)];
    if (a < 0 || b < 0) return this.toggle(id);
    this.#put(order.slice(Math.min(a, b), Math.max(a, b) + 1));
  }

  all(): void {
    this.#put(this.#shown().map(({ id }) => id));
  }

  #put(ids: readonly string[]): void {
    this.#ids.clear();
    for (const id of ids) this.#ids.add(id);
  }
}
