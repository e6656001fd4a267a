import type { InputBlobs } from "../../contracts/diffusion-worker.ts";
import { asFailure, EaselError } from "../../contracts/errors.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import { expandBatch } from "../../core/request/batch.ts";
import { fillRequest, requireSuited } from "../../core/request/fill-request.ts";
import type { Where } from "../../generation/choose-place.ts";
import type { Job } from "../../history/database.ts";
import { newJobId } from "../../history/job-id.ts";
import type { History } from "../../history/history.ts";
import { m } from "../../paraglide/messages.js";
import { compose, isReady, styled, withWordsDrawn, type ComposerParts } from "./compose.ts";
import type { Told } from "../language/failure-words.ts";
import type { FieldValues } from "../fields/field-values.ts";
import { readFields } from "../fields/read-fields.ts";
import type { KeptWordLists } from "../prompt/kept-word-lists.svelte.ts";
import type { RecentPrompts } from "../prompt/recent-prompts.svelte.ts";
import type { Prompts } from "../prompt/styles.ts";
import type { Drawing } from "./drawing.svelte.ts";
import { drawSeed } from "./draw-seed.ts";
import type { JobDrawer } from "./job-drawer.ts";
import { Queue, type Asked } from "./queue.svelte.ts";
import { foresee, type Prospect } from "./prospect.ts";

/** What checks a request is no part of the page's first JavaScript. */
const loadChecks = () => import("../../core/request/complete-request.ts");
type Checks = Awaited<ReturnType<typeof loadChecks>>;

/** The picture on the easel. */
export interface Shown {
  job: Job;
  png: Blob;
}

interface Parts extends ComposerParts {
  wordLists: KeptWordLists;
  recent: RecentPrompts;
  history: History;
  drawer: JobDrawer;
  /** A picture has ended, by itself or by a failure. */
  onEnded: (prompt: string, succeeded: boolean) => void;
  /** A picture is in the history. */
  onKept: (job: Job) => void;
}

/** Draws what the fields say: asks for pictures, shows those that come, and tells what went wrong. */
export class Studio {
  readonly #parts: Parts;
  readonly queue: Queue;
  #shown = $state.raw<Shown | null>(null);
  #unsaved = $state.raw<readonly (Shown & { inputs: InputBlobs })[]>([]);
  #saving = $state(false);
  #lastSeed = $state<number | null>(null);
  /** How many of Generate's calls wait until the models are known. */
  #early = $state(0);
  #failures = $state.raw<readonly Told[]>([]);

  constructor(parts: Parts) {
    this.#parts = parts;
    const { history, drawer } = parts;
    this.queue = new Queue({
      history,
      choose: (request, where) => drawer.choose(request, where),
      expect: (request, choice) => drawer.expect(request, choice),
      draw: async (drawing, job, choices) => {
        const { job: done, png } = await drawer.draw(drawing, job, choices);
        await this.keep({ job: done, png, inputs: drawing.inputs });
        parts.onEnded(job.request.prompt, true);
      },
      onFailed: ({ request }, failure) => {
        this.#fail(failure);
        parts.onEnded(request.prompt, false);
      },
    });
  }

  /** The one on the easel: under way, or the first that waits. */
  get drawing(): Drawing | null {
    const { drawings } = this.queue;
    return drawings.find(({ started }) => started) ?? drawings[0] ?? null;
  }

  /** Of the picture that was asked for last in this visit. */
  get lastSeed(): number | null {
    return this.#lastSeed;
  }

  get shown(): Shown | null {
    return this.#shown;
  }

  /** Pictures that found the disk full: they are on the page only. */
  get unsaved(): readonly Shown[] {
    return this.#unsaved;
  }

  /** They are being saved once more. */
  get saving(): boolean {
    return this.#saving;
  }

  /** Pictures are asked for that wait until the models are known. */
  get waitsForModels(): boolean {
    return this.#early > 0;
  }

  /** What went wrong since the last Generate; the history keeps it with each job. */
  get failures(): readonly Told[] {
    return this.#failures;
  }

  dismissFailures(): void {
    this.#failures = [];
  }

  /** What Generate would ask for, whatever the words; null where the fields don't say it yet. */
  readonly draft: GenerationRequest | null = $derived.by(() => {
    const { steps, guidance, size, scheduler, model: id } = this.#parts.fields.values;
    const model = this.#parts.catalogue.find(id);
    if (model === undefined || !isReady(model)) return null;
    const words = { prompt: "-", negativePrompt: "", seed: "0", count: "1", where: "auto" } as const;
    const read = readFields({ ...words, steps, guidance, size, scheduler, model: id }, model);
    if (!read.ok) return null;
    try {
      const draft = fillRequest({ ...read.input, ...this.#parts.start.settings }, model, () => 0);
      requireSuited(draft, model);
      return draft;
    } catch {
      return null;
    }
  });

  /** Where {@link draft} would be drawn as things are now. */
  foresee(draft: GenerationRequest): Promise<Prospect> {
    return foresee(this.#parts.drawer, draft, this.#parts.fields.values.where);
  }

  /** Puts a picture of the history on the easel. */
  show(shown: Shown | null): void {
    this.#shown = shown;
  }

  /**
   * Asks for what the fields say; a field that can't be used is refused with a word, and nothing else changes. Right
   * after the page has opened it waits until the models are known, with the words as they were.
   */
  async generate(): Promise<void> {
    const { fields, start, catalogue, styles } = this.#parts;
    this.#failures = [];
    const asked = $state.snapshot(fields.values);
    const prompts = styled(asked, styles);
    this.#early++;
    const checks = loadChecks().catch((thrown: unknown) => void this.#fail(asFailure(thrown)));
    await Promise.all([catalogue.settled(asked.model), start.restored, checks]);
    this.#early--;
    const loaded = await checks;
    if (loaded === undefined) return;
    // On the first visit, what suits the model has come with it.
    const { steps, guidance, scheduler, size } = fields.values;
    const suited = asked.model === fields.values.model ? { steps, guidance, scheduler, size } : {};
    this.#ask({ ...asked, ...suited }, prompts, loaded);
  }

  /** @param prompts with the chosen styles on them */
  #ask(values: FieldValues, prompts: Prompts, { completeRequest, requireDrawable }: Checks): void {
    const { fields, recent, wordLists } = this.#parts;
    const composed = compose(this.#parts, values, prompts);
    fields.refuse(composed.ok ? [] : composed.errors);
    if (!composed.ok) {
      if (composed.failure !== null) this.#fail(composed.failure);
      return;
    }
    const { input, model, count, source } = composed;
    try {
      const request = completeRequest(input, model, drawSeed);
      const batch = count === 1 ? [request] : expandBatch(request, count, newJobId());
      const drawn = batch.map((one) => withWordsDrawn(one, wordLists.all));
      const wrong = drawn.find(({ errors }) => errors.length > 0);
      if (wrong !== undefined) return fields.refuse(wrong.errors);
      const requests = drawn.map((one) => one.request);
      for (const one of requests) requireDrawable(one, model);
      recent.remember(values);
      this.#lastSeed = request.seed;
      for (const one of requests) void this.draw(one, values.where, source);
    } catch (thrown) {
      this.#fail(asFailure(thrown));
    }
  }

  /**
   * Queues a complete request. Failures are shown, not thrown.
   * @returns once it has left the queue: whether a picture came of it
   */
  async draw(request: GenerationRequest, where: Where, asked: Asked = {}): Promise<boolean> {
    return this.queue.add(request, where, asked);
  }

  /** After a full disk: once more, when there is room. What went wrong is told until every picture is kept. */
  async saveAgain(): Promise<void> {
    if (this.#saving) return;
    this.#saving = true;
    const [unsaved, told] = [this.#unsaved, this.#failures];
    this.#unsaved = [];
    for (const kept of unsaved) await this.keep(kept);
    this.#saving = false;
    if (this.#unsaved.length === 0) this.#failures = this.#failures.filter((one) => !told.includes(one));
  }

  /** Puts a finished picture on the easel and into the history; what finds the disk full stays on the page. */
  async keep(kept: Shown & { inputs: InputBlobs }): Promise<void> {
    const { job, png, inputs } = kept;
    this.#shown = { job, png };
    try {
      await this.#parts.history.finish(job, png, inputs);
      this.#parts.onKept(job);
    } catch (thrown) {
      this.#unsaved = [...this.#unsaved, kept];
      const hint = m.drawing_not_kept_hint();
      this.#fail(thrown instanceof EaselError ? thrown.toFailure() : { ...asFailure(thrown), hint });
    }
  }

  /** Said once, however many pictures it befell. */
  #fail(failure: Told): void {
    if (this.#failures.some(({ message }) => message === failure.message)) return;
    this.#failures = [...this.#failures, failure];
  }
}
