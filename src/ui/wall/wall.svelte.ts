import { asFailure } from "../../contracts/errors.ts";
import type { Album, Job } from "../../history/database.ts";
import { bestOfBatches } from "../../history/best-of-batch.ts";
import { followJobs } from "../../history/follow-jobs.ts";
import type { History } from "../../history/history.ts";
import { EVERYTHING, findJobs, type Query } from "../../history/search.ts";
import { ThumbnailReader } from "../../history/thumbnail-reader.ts";
import { m } from "../../paraglide/messages.js";
import { failureWords } from "../language/failure-words.ts";
import type { Route } from "../shell/route.svelte.ts";
import type { Toasts } from "../shell/toasts.svelte.ts";
import { forgetOnServer } from "./forget-on-server.ts";
import { Selection } from "./selection.svelte.ts";

/** How long a deleted picture can be brought back. */
const UNDO_MILLISECONDS = 10_000;

/** The history as the page shows it: newest first, what the query asks for, always as the database has it. */
export class Wall {
  readonly #history: History;
  readonly #toasts: Toasts;
  readonly #route: Pick<Route, "picture" | "showPicture" | "uncover">;
  readonly thumbnails: ThumbnailReader;
  #jobs = $state.raw<Job[] | null>(null);
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- made anew with each change of the jobs
  readonly #byId: ReadonlyMap<string, Job> = $derived(new Map(this.#jobs?.map((job) => [job.id, job])));
  #complete = $state(false);
  #albums = $state.raw<Album[]>([]);
  #query = $state.raw<Query>(EVERYTHING);
  readonly #found: Job[] = $derived(this.#jobs === null ? [] : findJobs(this.#jobs, this.#query));
  readonly selection = new Selection(() => this.#found);
  /** The picture whose page is open: the address says which. */
  readonly #open: Job | null = $derived.by(() => {
    const id = this.#route.picture;
    return id === null ? null : this.find(id);
  });
  readonly #best: ReadonlySet<string> = $derived(bestOfBatches(this.#jobs ?? []));
  readonly #bytes: number = $derived((this.#jobs ?? []).reduce((sum, { bytes }) => sum + bytes, 0));

  constructor(history: History, toasts: Toasts, route: Pick<Route, "picture" | "showPicture" | "uncover">) {
    this.#history = history;
    this.#toasts = toasts;
    this.#route = route;
    this.thumbnails = new ThumbnailReader(history);
  }

  /** All jobs; null while the database is being read for the first time. */
  get jobs(): Job[] | null {
    return this.#jobs;
  }

  /** Whether {@link jobs} are all that there are: the newest come first. */
  get complete(): boolean {
    return this.#complete;
  }

  /** What {@link query} asks for. */
  get found(): Job[] {
    return this.#found;
  }

  get albums(): Album[] {
    return this.#albums;
  }

  get query(): Query {
    return this.#query;
  }

  get filtered(): boolean {
    return this.#query !== EVERYTHING;
  }

  /** What the pictures take on this device. */
  get bytes(): number {
    return this.#bytes;
  }

  get open(): Job | null {
    return this.#open;
  }

  /** Whether it shows best of its batch what was asked for. */
  isBest(id: string): boolean {
    return this.#best.has(id);
  }

  find(id: string): Job | null {
    return this.#byId.get(id) ?? null;
  }

  /** Narrows or widens what is shown; what is not shown any more is not selected either. */
  ask(change: Partial<Query>): void {
    const query = { ...this.#query, ...change };
    const names = Object.keys(EVERYTHING) as (keyof Query)[];
    this.#query = names.every((name) => query[name] === EVERYTHING[name]) ? EVERYTHING : query;
    this.selection.clear();
  }

  askEverything(): void {
    this.ask(EVERYTHING);
  }

  /** Follows the database, as long as the page is open. */
  follow(): void {
    const fail = () => {
      this.#jobs ??= [];
      this.#toasts.say(m.wall_unreadable());
    };
    followJobs(
      this.#history,
      (jobs, complete) => {
        this.#jobs = jobs;
        this.#complete = complete;
      },
      fail,
      this.thumbnails.first,
    );
    this.#history.watchAlbums((found) => {
      this.#albums = found;
      // Deleted, perhaps in another tab.
      const { albumId } = this.#query;
      if (albumId !== null && found.every(({ id }) => id !== albumId)) this.ask({ albumId: null });
    }, fail);
  }

  view(id: string): void {
    this.#route.showPicture(id);
  }

  close(): void {
    if (this.#route.picture !== null) this.#route.uncover();
  }

  /** Leaves the address of a picture that is not here: another browser's, or a deleted one; call it inside an effect. */
  leaveMissing(): void {
    if (!this.#complete || this.#route.picture === null || this.#open !== null) return;
    this.#route.uncover();
    this.#toasts.say(m.picture_not_here());
  }

  /** Does what a click asked for; a failure is told, and nothing else changes. */
  async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      const { message, hint } = failureWords(asFailure(thrown));
      this.#toasts.say([message, hint].join(" ").trim());
    }
  }

  /** All get a star, or lose it where all have one. */
  async star(jobs: readonly Job[]): Promise<void> {
    const starred = jobs.some((job) => !job.starred);
    const ids = jobs.map(({ id }) => id);
    await this.attempt(() => this.#history.star(ids, starred));
  }

  async putInAlbum(album: Album, ids: readonly string[]): Promise<void> {
    await this.attempt(() => this.#history.putInAlbum(album.id, ids));
    this.#toasts.say(m.wall_put({ count: ids.length, album: album.name }), {
      action: { label: m.wall_undo(), run: () => void this.#history.takeFromAlbum(album.id, ids) },
    });
  }

  /** Takes pictures off the wall; for ten seconds they can be brought back, then they and their links are gone. */
  async delete(...jobs: Job[]): Promise<void> {
    const ids = jobs.map(({ id }) => id);
    if (this.#open !== null && ids.includes(this.#open.id)) this.close();
    this.selection.clear();
    await this.#history.delete(ids);
    this.#toasts.say(deletedWords(jobs), {
      milliseconds: UNDO_MILLISECONDS,
      action: { label: m.wall_undo(), run: () => void this.#history.restore(ids) },
      onGone: () => void this.#sweep(ids),
    });
  }

  async #sweep(ids: readonly string[]): Promise<void> {
    for (const job of await this.#history.sweep(ids)) await forgetOnServer(job);
  }
}

function deletedWords(jobs: readonly Job[]): string {
  const linked = jobs.some(({ shares }) => shares.length > 0);
  return linked ? m.wall_deleted_linked({ count: jobs.length }) : m.wall_deleted({ count: jobs.length });
}
