import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { asFailure, type Failure } from "../../contracts/errors.ts";
import type { SeeingManifest } from "../../contracts/seeing-manifest.ts";
import type { Job } from "../../history/database.ts";
import type { History } from "../../history/history.ts";
import type { Seer } from "./seer.ts";

const KEY = "easel-safety-since";

export interface SafetyParts {
  history: Pick<History, "picture" | "setUnsafe">;
  seer: Pick<Seer, "findUnsafe">;
  /** The safety model that is here, if one is. */
  model: () => SeeingManifest | null;
}

/**
 * Covers pictures that the safety model calls unsafe, until their user asks to see them. A picture is looked at when it
 * first comes into sight, and is covered until then.
 */
export class Safety {
  readonly #parts: SafetyParts;
  /** Milliseconds since 1970; older pictures were drawn without a safety model, and are left alone. */
  #since = $state(readSince());
  readonly #revealed = new SvelteSet<string>();
  readonly #failures = new SvelteMap<string, Failure>();
  /** Nothing is shown of it. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- it changes in effects that must not run again by it
  readonly #looking = new Set<string>();
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: SafetyParts) {
    this.#parts = parts;
  }

  get on(): boolean {
    return this.#parts.model() !== null;
  }

  /** From now on pictures are looked at. */
  begin(): void {
    this.#since = Date.now();
    try {
      localStorage.setItem(KEY, String(this.#since));
    } catch {
      // A full disk: at the next visit older pictures are looked at too.
    }
  }

  /** Whether the picture is to be covered. */
  covers(job: Job): boolean {
    if (!this.on || this.#revealed.has(job.id)) return false;
    return this.due(job) || (job.unsafe ?? null) !== null;
  }

  /** Whether the picture is still to be looked at. */
  due({ status, unsafe, createdAt }: Job): boolean {
    return this.on && status === "succeeded" && unsafe === undefined && createdAt >= this.#since;
  }

  /** Why the picture could not be looked at. */
  failureOf({ id }: Job): Failure | null {
    return this.#failures.get(id) ?? null;
  }

  /** Its user wants to see it: until the page is loaded again. */
  reveal({ id }: Job): void {
    this.#revealed.add(id);
  }

  /** Looks at a picture that is due, one after the other, each once. What goes wrong leaves it covered. */
  async look(job: Job): Promise<void> {
    if (!this.due(job) || this.#looking.has(job.id)) return;
    this.#looking.add(job.id);
    await (this.#turn = this.#turn.then(() => this.#lookNow(job)));
  }

  async #lookNow({ id }: Job): Promise<void> {
    const model = this.#parts.model();
    const picture = await this.#parts.history.picture(id).catch(() => undefined);
    if (model === null || picture === undefined) return void this.#looking.delete(id);
    const outcome = await this.#parts.seer.findUnsafe(picture.png, model.id);
    if (outcome.ok) {
      await this.#parts.history
        .setUnsafe(id, outcome.value)
        .catch((thrown: unknown) => this.#failures.set(id, asFailure(thrown)));
    } else {
      this.#failures.set(id, outcome.failure);
    }
  }
}

function readSince(): number {
  try {
    return Number(localStorage.getItem(KEY) ?? 0);
  } catch {
    return 0;
  }
}
