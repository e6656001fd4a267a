import type { Failure } from "../../contracts/errors.ts";
import { EYES_VERSION } from "../../contracts/sight.ts";
import type { Job, Seen } from "../../history/database.ts";
import type { History } from "../../history/history.ts";
import type { Categories } from "./categories.svelte.ts";
import type { PageRest } from "./page-rest.ts";
import type { Seer } from "./seer.ts";

/** After so many in a row that could not be looked at it is left to the next visit: no network, most likely. */
const GIVES_UP = 5;
/** The wall shows anew what was noted: with thousands of pictures that takes it some milliseconds. */
const NOTED_TOGETHER = 50;

export interface BacklogParts {
  history: Pick<History, "job" | "picture" | "noteSeen">;
  seer: Pick<Seer, "see" | "categorise">;
  categories: Pick<Categories, "on">;
  /** All that the history has, or what has been read of it. */
  jobs: () => readonly Job[];
  rest: Pick<PageRest, "come">;
}

/**
 * Looks through the pictures that were never looked at: a tab was closed before, they were imported, or drawn while nothing was
 * to be sorted. So it does with those that an earlier easel-eyes saw. One after the other, in one tab, while nobody does anything.
 */
export class Backlog {
  readonly #parts: BacklogParts;
  #open = $state(false);
  #working = false;
  #failures = 0;
  /** What could not be looked at in this visit. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- read while it works, shown nowhere
  readonly #passed = new Set<string>();

  constructor(parts: BacklogParts) {
    this.#parts = parts;
  }

  /** The page has started: whatever its user waits for is there. */
  begin(): void {
    this.#open = true;
  }

  /** Whether pictures are left to look at. */
  get due(): boolean {
    return this.#open && this.#parts.categories.on && this.#parts.jobs().some((job) => this.#isDue(job));
  }

  /** @param mayGoOn asked before each: not while this device draws, or looks at what it has just drawn */
  async catchUp(mayGoOn: () => boolean): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      // The tab that has it looks; another begins when it is asked the next time.
      if (!("locks" in navigator)) await this.#work(mayGoOn);
      else {
        await navigator.locks.request("easel-backlog", { ifAvailable: true }, async (lock) => {
          if (lock !== null) await this.#work(mayGoOn);
        });
      }
    } finally {
      this.#working = false;
    }
  }

  async #work(mayGoOn: () => boolean): Promise<void> {
    const { history, rest } = this.#parts;
    let found: Record<string, Seen> = {};
    const note = async () => {
      await history.noteSeen(found).catch(() => this.#pass(Object.keys(found)));
      found = {};
    };
    while (this.due && mayGoOn()) {
      for (const { id } of this.#parts.jobs().filter((job) => this.#isDue(job))) {
        await rest.come();
        if (!this.due || !mayGoOn()) break;
        const began = performance.now();
        const seen = await this.#look(id);
        if (seen === null) this.#pass([id]);
        else found[id] = seen;
        this.#failures = seen === null ? this.#failures + 1 : 0;
        if (this.#failures >= GIVES_UP) this.#open = false;
        if (Object.keys(found).length >= NOTED_TOGETHER) await note();
        // The device has half of its time for others.
        await new Promise((resolve) => setTimeout(resolve, performance.now() - began));
      }
      await note();
    }
  }

  /** @returns null where it can't be told now */
  async #look(id: string): Promise<Seen | null> {
    const { history, seer } = this.#parts;
    const [job, picture] = await Promise.all([history.job(id), history.picture(id)]).catch(() => []);
    if (job === undefined || picture === undefined || !this.#isDue(job)) return null;
    const seen: Seen = {};
    if (job.category === undefined) {
      const category = await seer.categorise(job.request.prompt);
      if (category === null) return null;
      seen.category = category;
    }
    if (toBeSeen(job)) {
      const outcome = await seer.see(picture.png, job.request.prompt);
      if (outcome.ok) seen.sight = outcome.value;
      else if (!isPicturesOwn(outcome.failure)) return null;
      seen.seenBy = EYES_VERSION;
    }
    return seen;
  }

  #pass(ids: readonly string[]): void {
    for (const id of ids) this.#passed.add(id);
  }

  #isDue(job: Job): boolean {
    if (job.status !== "succeeded" || this.#passed.has(job.id)) return false;
    return job.category === undefined || toBeSeen(job);
  }
}

/** A grid shows what its pictures show. */
function toBeSeen({ grid, seenBy }: Job): boolean {
  return grid === undefined && seenBy !== EYES_VERSION;
}

/** The picture can't be read, today or ever. */
function isPicturesOwn({ code }: Failure): boolean {
  return code === "unsupported_media";
}
