import type { InputBlobs } from "../../contracts/diffusion-worker.ts";
import { asFailure, type Failure } from "../../contracts/errors.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import type { Choice, Where } from "../../generation/choose-place.ts";
import { newJob, type Job } from "../../history/database.ts";
import type { History } from "../../history/history.ts";
import { newJobId } from "../../history/job-id.ts";
import { holdingJob } from "../../history/job-locks.ts";
import { Drawing } from "./drawing.svelte.ts";
import { dueNow, movedUp, secondsTillDone } from "./lanes.ts";

/** What a picture comes from. */
export interface Source {
  /** Needed where the request names pictures. */
  inputs?: InputBlobs;
  /** The picture of the history that it comes from: by its pixels or by its seed. */
  parentId?: string | null;
}

/** A picture that is asked for; `id`: the job's, where something else must know it before. */
export interface Asked extends Source {
  id?: string;
}

export interface QueueParts {
  history: Pick<History, "record" | "forget">;
  /** The places where it would be drawn now, the likeliest first. @throws EaselError where there is none. */
  choose: (request: GenerationRequest, where: Where) => Promise<[Choice, ...Choice[]]>;
  /** What it would take there, in seconds; null where nothing tells. */
  expect: (request: GenerationRequest, choice: Choice) => number | null;
  /** Draws it and keeps the picture. @throws EaselError where none came of it. */
  draw: (drawing: Drawing, job: Job, choices: readonly Choice[]) => Promise<void>;
  /** What went wrong with a picture, unless its user stopped it. */
  onFailed: (drawing: Drawing, failure: Failure) => void;
}

/**
 * The pictures that are asked for and not drawn yet, in their order. This device draws one at a time; those for the
 * server go there beside it. Each is in the history from the moment it is asked for, so that none is lost with the tab.
 */
export class Queue {
  readonly #parts: QueueParts;
  #drawings = $state.raw<readonly Drawing[]>([]);
  /** What a waiting picture's turn resolves: whether it is drawn, or was taken out. */
  readonly #turns = new WeakMap<Drawing, (drawn: boolean) => void>();
  #newest = 0;

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  /** Those under way and those that wait. */
  get drawings(): readonly Drawing[] {
    return this.#drawings;
  }

  readonly waiting: readonly Drawing[] = $derived(this.#drawings.filter(({ started }) => !started));

  /** @returns once it has left the queue: whether a picture came of it */
  async add(
    request: GenerationRequest,
    where: Where,
    { id = newJobId(), inputs = {}, parentId = null }: Asked = {},
  ): Promise<boolean> {
    // In a batch, too, each has its own place in the history's order.
    this.#newest = Math.max(Date.now(), this.#newest + 1);
    const job: Job = {
      ...newJob(id, request, where),
      status: "queued",
      createdAt: this.#newest,
      parentId,
    };
    const drawing = new Drawing(job, where, inputs);
    this.#drawings = [...this.#drawings, drawing];
    try {
      return await holdingJob(job.id, () => this.#waitAndDraw(drawing));
    } catch (thrown) {
      this.#parts.onFailed(drawing, asFailure(thrown));
      return false;
    } finally {
      drawing.close();
      this.#turns.delete(drawing);
      this.#drawings = this.#drawings.filter((other) => other !== drawing);
      this.#advance();
    }
  }

  /** One that waits leaves the queue, and is as if it had never been asked for; one under way is stopped. */
  cancel(drawing: Drawing): void {
    drawing.cancel();
    if (!drawing.started) this.#turns.get(drawing)?.(false);
  }

  /** All of a batch; what is drawn of it already stays. */
  cancelBatch(batchId: string): void {
    const batch = this.#drawings.filter(({ request }) => request.batchId === batchId);
    // Those that wait first: none of them begins when the one under way ends.
    for (const drawing of batch.toReversed()) this.cancel(drawing);
  }

  /** Takes out all that wait. @returns them, in their order */
  clear(): readonly Drawing[] {
    const { waiting } = this;
    for (const drawing of waiting) this.cancel(drawing);
    return waiting;
  }

  moveUp(drawing: Drawing): void {
    this.#drawings = movedUp(this.#drawings, drawing);
  }

  /** Has one drawn elsewhere; one that is under way in another place than that begins anew there. */
  send(drawing: Drawing, where: Where): void {
    if (drawing.where === where || drawing.cancelled) return;
    drawing.where = where;
    if (!drawing.started) void this.#plan(drawing);
    else if (where !== "auto" && drawing.lane !== null && drawing.lane !== where) drawing.leave();
  }

  async #waitAndDraw(drawing: Drawing): Promise<boolean> {
    const { history, draw, choose, onFailed } = this.#parts;
    for (;;) {
      const turn = new Promise<boolean>((resolve) => this.#turns.set(drawing, resolve));
      // A disk too full for the job's row must not keep the picture from being drawn.
      await history.record({ ...drawing.job, where: drawing.where }, drawing.inputs).catch(() => undefined);
      void this.#plan(drawing);
      if (!(await turn)) {
        await history.forget([drawing.job.id]).catch(() => undefined);
        return false;
      }
      const job: Job = { ...drawing.job, status: "running", where: drawing.where };
      await history.record(job, drawing.inputs).catch(() => undefined);
      try {
        // Much may have changed while it waited: what the device is known to take, what the server can draw.
        await draw(drawing, job, await choose(job.request, drawing.where));
        return true;
      } catch (thrown) {
        if (drawing.left && !drawing.cancelled) {
          drawing.waitAgain();
          continue;
        }
        const error = asFailure(thrown);
        const status = drawing.cancelled ? "cancelled" : "failed";
        await history.record({ ...job, status, error, notices: [...drawing.notices] }).catch(() => undefined);
        if (!drawing.cancelled) onFailed(drawing, error);
        return false;
      }
    }
  }

  /** Finds out where it would be drawn; one that can't be drawn has its turn at once, so that it says why. */
  async #plan(drawing: Drawing): Promise<void> {
    const { where, request } = drawing;
    drawing.plan(null);
    try {
      const [first] = await this.#parts.choose(request, where);
      if (drawing.where !== where || drawing.started) return;
      drawing.plan(first, this.#parts.expect(request, first));
    } catch {
      if (drawing.where === where) this.#start(drawing);
    }
    this.#advance();
  }

  /** When each is done, in seconds from now; null where nothing tells. */
  readonly secondsTillDone: readonly (number | null)[] = $derived(secondsTillDone(this.#drawings));

  #advance(): void {
    for (const drawing of dueNow(this.#drawings)) if (!drawing.cancelled) this.#start(drawing);
  }

  #start(drawing: Drawing): void {
    if (drawing.started || drawing.cancelled) return;
    drawing.start();
    this.#turns.get(drawing)?.(true);
  }
}
