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
  /** The safety model that is here, if one is; undefined: it is not known yet. */
  model: () => SeeingManifest | null | undefined;
  /** A picture of the history. */
  find: (id: string) => Job | null;
}

/**
 * Covers pictures that the safety model calls unsafe, until their user asks to see them. A picture is looked at when it
 * first comes into sight, and is covered until then. A grid is covered as long as one of its pictures is: each is but a
 * small part of it to the model.
 */
export class Safety {
  readonly #parts: SafetyParts;
  /** Milliseconds since 1970; older pictures were drawn without a safety model, and are left alone. null: there was none. */
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

  /** While the page opens it is not known yet whether the model is still here: until then what was, is. */
  get on(): boolean {
    const model = this.#parts.model();
    return model === undefined ? this.#since !== null : model !== null;
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

  /** The model has gone. */
  end(): void {
    this.#since = null;
    localStorage.removeItem(KEY);
  }

  /** Whether the picture is to be covered. */
  covers(job: Job): boolean {
    return this.coveredOf(job) !== null;
  }

  /**
   * Whether what others are drawn from is to be covered: it has the pixels of this picture of the history. Once that one is
   * gone nothing tells whether it was safe. What came from elsewhere, null, is its user's own choice.
   */
  coversOrigin(parentId: string | null): boolean {
    if (!this.on || parentId === null) return false;
    const parent = this.#parts.find(parentId);
    return parent === null || this.covers(parent);
  }

  /** For whose sake the picture is covered: its own or, of a grid, one of its pictures'; null: it is not. */
  coveredOf(job: Job): Job | null {
    if (!this.on || this.#revealed.has(job.id)) return null;
    const covered = (one: Job) => !this.#revealed.has(one.id) && (this.#unseen(one) || isUnsafe(one));
    const all = this.#withParts(job);
    return all.find((one) => covered(one) && isUnsafe(one)) ?? all.find(covered) ?? null;
  }

  /** What of the picture is still to be looked at: itself and, of a grid, its pictures. */
  due(job: Job): Job[] {
    return this.#parts.model() ? this.#withParts(job).filter((one) => this.#unseen(one)) : [];
  }

  #withParts(job: Job): Job[] {
    return [job, ...(job.grid?.cells ?? []).flatMap((id) => this.#parts.find(id) ?? [])];
  }

  #unseen({ status, unsafe, createdAt }: Job): boolean {
    return status === "succeeded" && unsafe === undefined && createdAt >= (this.#since ?? 0);
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
    if (!this.#unseen(job) || this.#looking.has(job.id)) return;
    this.#looking.add(job.id);
    await (this.#turn = this.#turn.then(() => this.#lookNow(job)));
  }

  async #lookNow({ id }: Job): Promise<void> {
    const model = this.#parts.model();
    const picture = await this.#parts.history.picture(id).catch(() => undefined);
    if (!model || picture === undefined) return void this.#looking.delete(id);
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

const isUnsafe = ({ unsafe }: Job): boolean => (unsafe ?? null) !== null;

function readSince(): number | null {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === null ? null : Number(kept);
  } catch {
    return null;
  }
}
