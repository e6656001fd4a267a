import type { InputBlobs } from "../../contracts/diffusion-worker.ts";
import type { Progress } from "../../contracts/progress.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import type { Choice, Where } from "../../generation/choose-place.ts";
import type { Preview } from "../../generation/drawer.ts";
import type { Job } from "../../history/database.ts";
import { numberWords, sizeWords, timeWords } from "../../language/quantities.ts";
import { m } from "../../paraglide/messages.js";
import type { Lane } from "./lanes.ts";
import { ProgressBar } from "./progress-bar.ts";

type Loading = Extract<Progress, { type: "loading" }>;

/** A picture that waits or is in the making: what the page shows of it. */
export class Drawing {
  /** As it began: how it ends is the history's. */
  readonly job: Job;
  readonly inputs: InputBlobs;
  #abort = new AbortController();
  /** What the user asked for; it can be changed while it waits. */
  where = $state<Where>("auto");
  #started = $state(false);
  #choice = $state<Choice | null>(null);
  #expected = $state<number | null>(null);
  #notices = $state<string[]>([]);
  #event = $state.raw<Progress<Preview> | null>(null);
  #bar = new ProgressBar();
  #fraction = $state<number | null>(null);
  #preview = $state.raw<Preview | null>(null);
  #cancelled = $state(false);
  #left = $state(false);
  #moves = 0;

  constructor(job: Job, where: Where, inputs: InputBlobs) {
    this.job = job;
    this.where = where;
    this.inputs = inputs;
  }

  get request(): GenerationRequest {
    return this.job.request;
  }

  /** It has had its turn. */
  get started(): boolean {
    return this.#started;
  }

  start(): void {
    this.#started = true;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Where it is drawn, or would be drawn as things are now. */
  get choice(): Choice | null {
    return this.#choice;
  }

  get lane(): Lane | null {
    if (this.#choice === null) return null;
    return this.#choice.place === "server" ? "server" : "device";
  }

  /**
   * While it waits: null until it is known anew.
   * @param seconds what it would take there; null where nothing tells
   */
  plan(choice: Choice | null, seconds: number | null = null): void {
    this.#choice = choice;
    this.#expected = seconds;
  }

  /** What it takes yet once it has its turn, in seconds; null where nothing tells. */
  get secondsLeft(): number | null {
    const event = this.#event;
    if (event?.type === "step" && event.etaSeconds !== null) return event.etaSeconds;
    if (event?.type === "decoding" || event?.type === "succeeded") return 0;
    return this.#expected;
  }

  get notices(): string[] {
    return this.#notices;
  }

  get preview(): Preview | null {
    return this.#preview;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** 0 to 1; null while there is nothing to measure. */
  get fraction(): number | null {
    return this.#fraction;
  }

  /** The same in words. */
  readonly words: string = $derived.by(() => {
    if (this.#cancelled || this.#left) return m.drawing_stopping();
    const event = this.#event;
    if (event === null) return m.drawing_ready();
    switch (event.type) {
      case "queued":
        return this.#choice?.place === "server" ? queuedWords(event) : otherTabWords(event.position);
      case "loading":
        return loadingWords(event);
      case "step":
        return withTime(
          m.drawing_step({ step: numberWords(event.step), steps: numberWords(event.steps) }),
          event.etaSeconds,
        );
      case "decoding":
        return m.drawing_finishing();
      default:
        return m.drawing_hanging();
    }
  });

  hear(event: Progress<Preview>): void {
    if (event.type === "step" && event.preview !== undefined) this.#show(event.preview);
    this.#event = event;
    this.#fraction = this.#bar.hear(event);
  }

  /** A new try begins: what the last one had reached is gone. */
  moveTo(choice: Choice): void {
    this.#choice = choice;
    this.#event = null;
    this.#bar = new ProgressBar();
    this.#fraction = null;
    this.#show(null);
  }

  /** Its place was left for another one. */
  get left(): boolean {
    return this.#left;
  }

  /** How the server knows it: another try there is another picture to it. */
  get key(): string {
    return this.#moves === 0 ? this.job.id : `${this.job.id}-${this.#moves}`;
  }

  /** Stops where it is drawn now, so that it begins anew elsewhere. */
  leave(): void {
    this.#left = true;
    this.#abort.abort();
  }

  /** It stands in line again, as it began. */
  waitAgain(): void {
    this.#left = false;
    this.#moves++;
    this.#abort = new AbortController();
    this.#started = false;
    this.#notices = [];
    this.#event = null;
    this.#bar = new ProgressBar();
    this.#fraction = null;
    this.#show(null);
  }

  notice(text: string): void {
    this.#notices.push(text);
  }

  cancel(): void {
    this.#cancelled = true;
    this.#abort.abort();
  }

  /** Lets go of the last preview's memory. */
  close(): void {
    this.#show(null);
  }

  #show(preview: Preview | null): void {
    const old = this.#preview;
    this.#preview = preview;
    if (old instanceof ImageBitmap) old.close();
  }
}

function queuedWords({ position, etaSeconds }: { position: number; etaSeconds: number | null }): string {
  if (position === 0) return m.drawing_turn();
  return withTime(m.drawing_waiting({ count: position }), etaSeconds);
}

/** This device draws one picture at a time, whatever tab asked for it. */
function otherTabWords(ahead: number): string {
  return ahead === 1 ? m.drawing_other_tab_next() : m.drawing_other_tab({ count: numberWords(ahead) });
}

/** A model's components by what they do; a family with others names them itself. */
const COMPONENTS: Readonly<Record<string, () => string>> = Object.freeze({
  text_encoder: m.drawing_load_text_encoder,
  unet: m.drawing_load_unet,
  vae_encoder: m.drawing_load_vae_encoder,
  vae_decoder: m.drawing_load_vae_decoder,
});

function loadingWords({ component, loadedBytes, totalBytes }: Loading): string {
  // A component is read in one go: only a download has a way to go.
  if (component === "download")
    return m.drawing_download({ loaded: sizeWords(loadedBytes), total: sizeWords(totalBytes) });
  return COMPONENTS[component]?.() ?? m.drawing_load_other({ component });
}

function withTime(words: string, seconds: number | null): string {
  return seconds === null ? words : m.drawing_with_time({ words, time: timeWords(seconds) });
}
