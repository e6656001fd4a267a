import type { History } from "./history.ts";

/** Some screens of a wall; a Blob is a handle, its bytes lie with the browser. */
const KEPT = 600;

/** The wall's small pictures: those asked for at one time are read at one time, and the last ones are kept. */
export class ThumbnailReader {
  readonly #history: Pick<History, "thumbnails">;
  readonly #kept = new Map<string, Promise<Blob | null>>();
  /** Resolves once the first of them have been read. */
  readonly first: Promise<void>;
  #tellFirst: () => void = () => undefined;
  #wanted: { id: string; give: (blob: Blob | null) => void; refuse: (thrown: unknown) => void }[] = [];

  constructor(history: Pick<History, "thumbnails">) {
    this.#history = history;
    this.first = new Promise((resolve) => (this.#tellFirst = resolve));
  }

  /** @returns null where the job has no picture */
  read(id: string): Promise<Blob | null> {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const reading = new Promise<Blob | null>((give, refuse) => {
      if (this.#wanted.length === 0) queueMicrotask(() => void this.#readWanted());
      this.#wanted.push({ id, give, refuse });
    });
    this.#kept.set(id, reading);
    // What can't be read now is asked for again.
    reading.then(
      (blob) => blob === null && this.#kept.delete(id),
      () => this.#kept.delete(id),
    );
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return reading;
  }

  async #readWanted(): Promise<void> {
    const wanted = this.#wanted;
    this.#wanted = [];
    try {
      const blobs = await this.#history.thumbnails(wanted.map(({ id }) => id));
      for (const [index, { give }] of wanted.entries()) give(blobs[index] ?? null);
      this.#tellFirst();
    } catch (thrown) {
      for (const { refuse } of wanted) refuse(thrown);
    }
  }
}
