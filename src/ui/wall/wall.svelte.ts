import type { Job } from "../../history/database.ts";
import type { History, HistoryEntry } from "../../history/history.ts";
import { callApi } from "../../generation/api.ts";
import { revokeShare } from "../../share/share-picture.ts";
import type { Toasts } from "../shell/toasts.svelte.ts";

const PAGE = 48;
/** How long a deleted picture can be brought back. */
const UNDO_MILLISECONDS = 10_000;

/** The history as the page shows it: newest first, a page at a time, always as the database has it. */
export class Wall {
  readonly #history: History;
  readonly #toasts: Toasts;
  #entries = $state.raw<HistoryEntry[] | null>(null);
  #limit = $state(PAGE);
  /** The picture whose view is open. */
  #openId = $state<string | null>(null);
  readonly #open: HistoryEntry | null = $derived(
    this.#entries?.find((entry) => entry.job.id === this.#openId) ?? null,
  );

  constructor(history: History, toasts: Toasts) {
    this.#history = history;
    this.#toasts = toasts;
  }

  /** null while the database is being read for the first time. */
  get entries(): HistoryEntry[] | null {
    return this.#entries;
  }

  get open(): HistoryEntry | null {
    return this.#open;
  }

  get more(): boolean {
    return this.#entries !== null && this.#entries.length >= this.#limit;
  }

  showMore(): void {
    this.#limit += PAGE;
  }

  /** Follows the database; call it inside an effect and let its teardown stop it. */
  follow(): () => void {
    const subscription = this.#history.watch(this.#limit).subscribe({
      next: (entries) => (this.#entries = entries),
      error: () => {
        this.#entries ??= [];
        this.#toasts.say("The history could not be read. Reload the page to try again.");
      },
    });
    return () => subscription.unsubscribe();
  }

  view(id: string): void {
    this.#openId = id;
  }

  close(): void {
    this.#openId = null;
  }

  /** Takes a picture off the wall; for ten seconds it can be brought back, then it and its links are gone. */
  async delete(job: Job): Promise<void> {
    if (this.#openId === job.id) this.#openId = null;
    await this.#history.delete(job.id);
    this.#toasts.say(job.shares.length > 0 ? "Deleted, with its link." : "Deleted.", {
      milliseconds: UNDO_MILLISECONDS,
      action: { label: "Undo", run: () => void this.#history.restore(job.id) },
      onGone: () => void this.#sweep(job.id),
    });
  }

  async #sweep(id: string): Promise<void> {
    const swept = await this.#history.sweep(id);
    if (swept !== null) await forgetOnServer(swept);
  }
}

/** A deleted picture's links and its copy on the server go too; a server that is away keeps them until they expire. */
export async function forgetOnServer(job: Job): Promise<void> {
  for (const share of job.shares) await revokeShare(share).catch(() => undefined);
  if (job.generatedImageId === null) return;
  await callApi(`/api/generated-images/${job.generatedImageId}`, { method: "DELETE" }).catch(() => undefined);
}
