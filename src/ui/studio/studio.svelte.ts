import { asFailure, EaselError, type Failure } from "../../contracts/errors.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import { completeRequest } from "../../core/request/complete-request.ts";
import { choosePlaces, type Choice, type Where } from "../../generation/choose-place.ts";
import { expectWasmSeconds, rememberWasmSpeed } from "../../generation/device-speed.ts";
import { drawPicture, type DrawnSomewhere } from "../../generation/draw-picture.ts";
import type { LocalDrawer } from "../../generation/local-drawer.ts";
import { remoteDrawer } from "../../generation/remote-drawer.ts";
import { newJob, type Job } from "../../history/database.ts";
import { newJobId } from "../../history/job-id.ts";
import type { History } from "../../history/history.ts";
import { holdingJob } from "../../history/job-locks.ts";
import type { Fields } from "../fields/fields.svelte.ts";
import { readFields } from "../fields/read-fields.ts";
import type { Catalogue, ModelChoice } from "./catalogue.svelte.ts";
import type { Device } from "./device.svelte.ts";
import { Drawing } from "./drawing.svelte.ts";
import { drawSeed } from "./draw-seed.ts";
import { placeSentence } from "./place-words.ts";

/** The picture on the easel. */
export interface Shown {
  job: Job;
  png: Blob;
  /** false: the disk was full; it is on the page only. */
  saved: boolean;
}

interface Parts {
  fields: Fields;
  catalogue: Catalogue;
  device: Device;
  history: History;
  local: LocalDrawer;
  /** `?webgpu=software`: a software adapter counts as a GPU, for tests. */
  allowSoftware: boolean;
  /** A model of this browser has drawn a picture. */
  onDrawnHere: (model: string) => void;
}

/** Draws what the fields say, one picture at a time. */
export class Studio {
  readonly #parts: Parts;
  #drawing = $state.raw<Drawing | null>(null);
  #shown = $state.raw<Shown | null>(null);
  #failure = $state.raw<Failure | null>(null);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get drawing(): Drawing | null {
    return this.#drawing;
  }

  get shown(): Shown | null {
    return this.#shown;
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  dismissFailure(): void {
    this.#failure = null;
  }

  /** Puts a picture of the history on the easel. */
  show(shown: Shown | null): void {
    this.#shown = shown;
  }

  /** Draws what the fields say; a field that can't be used is refused with a word, and nothing else changes. */
  async generate(): Promise<void> {
    const { fields, catalogue } = this.#parts;
    if (this.#drawing !== null) return;
    this.#failure = null;
    const model = catalogue.find(fields.values.model) ?? catalogue.models[0];
    if (model === undefined) {
      this.#failure = catalogue.failure ?? {
        code: "unknown_model",
        message: "The models are still being looked up.",
      };
      return;
    }
    if (model.offered && model.onServer !== true) {
      this.#failure = {
        code: "model_not_installed",
        message: `${model.name} is not in this browser yet.`,
        hint: "Get it first: the button is beside the model's name.",
      };
      return;
    }
    const read = readFields({ ...fields.values, model: model.id }, model.sizes);
    fields.refuse(read.ok ? [] : read.errors);
    if (!read.ok) return;
    try {
      await this.draw(completeRequest(read.input, model, drawSeed), fields.values.where);
    } catch (thrown) {
      this.#failure = asFailure(thrown);
    }
  }

  /** Draws a complete request, as again for an interrupted one. Failures are shown, not thrown. */
  async draw(request: GenerationRequest, where: Where): Promise<void> {
    if (this.#drawing !== null) return;
    this.#failure = null;
    const drawing = new Drawing(newJobId(), request);
    this.#drawing = drawing;
    const job = newJob(drawing.jobId, request, where);
    try {
      await holdingJob(job.id, () => this.#drawJob(job, drawing, where));
    } catch (thrown) {
      this.#failure = asFailure(thrown);
    } finally {
      drawing.close();
      this.#drawing = null;
    }
  }

  cancel(): void {
    this.#drawing?.cancel();
  }

  /** After a full disk: once more, when there is room. */
  async saveAgain(): Promise<void> {
    const shown = this.#shown;
    if (shown === null || shown.saved) return;
    await this.#keep(shown.job, shown.png);
  }

  async #drawJob(job: Job, drawing: Drawing, where: Where): Promise<void> {
    const { history } = this.#parts;
    // A disk too full for the job's row must not keep the picture from being drawn.
    await history.record(job).catch(() => undefined);
    try {
      const choices = await this.#choose(job.request, where);
      const drawn = await drawPicture(job.request, choices, this.#drawerFor, {
        jobId: job.id,
        signal: drawing.signal,
        onProgress: (event) => drawing.hear(event),
        onPlace: (choice) => drawing.moveTo(choice),
        onNotice: (notice) => drawing.notice(notice),
      });
      this.#measure(job.request, drawn);
      await this.#keep(succeeded(job, drawn, drawing.notices), drawn.png);
    } catch (thrown) {
      const failure = asFailure(thrown);
      const status = drawing.cancelled ? "cancelled" : "failed";
      const ended: Job = { ...job, status, error: failure, notices: [...drawing.notices] };
      await history.record(ended).catch(() => undefined);
      if (!drawing.cancelled) this.#failure = failure;
    }
  }

  async #choose(request: GenerationRequest, where: Where): Promise<[Choice, ...Choice[]]> {
    const { device, catalogue, allowSoftware } = this.#parts;
    const backends = where === "server" ? [] : await device.probe();
    const model: ModelChoice | undefined = catalogue.find(request.model);
    return choosePlaces({
      where,
      backends,
      allowSoftware,
      secureContext: device.secureContext,
      modelOnDevice: model?.onDevice ?? false,
      modelOnServer: model?.onServer ?? null,
      wasmSeconds: expectWasmSeconds(localStorage, request),
      seemsFastEnough: where === "auto" ? device.seemsFastEnough : true,
    });
  }

  readonly #drawerFor = (place: Choice["place"]) => (place === "server" ? remoteDrawer : this.#parts.local);

  #measure(request: GenerationRequest, { choice, result }: DrawnSomewhere): void {
    if (choice.place !== "server") this.#parts.onDrawnHere(request.model);
    if (choice.place !== "wasm") return;
    try {
      rememberWasmSpeed(localStorage, request, result.seconds);
    } catch {
      // A full disk costs the measurement, not the picture.
    }
  }

  async #keep(job: Job, png: Blob): Promise<void> {
    try {
      await this.#parts.history.finish(job, png);
      this.#shown = { job, png, saved: true };
      this.#failure = null;
    } catch (thrown) {
      this.#shown = { job, png, saved: false };
      this.#failure =
        thrown instanceof EaselError
          ? thrown.toFailure()
          : {
              ...asFailure(thrown),
              hint: "The picture could not be kept: download it before you close the page.",
            };
    }
  }
}

function succeeded(job: Job, drawn: DrawnSomewhere, notices: readonly string[]): Job {
  return {
    ...job,
    status: "succeeded",
    drawnBy: placeSentence(drawn.choice, drawn.result.provider),
    notices: [...notices],
    result: drawn.result,
    generatedImageId: drawn.generatedImageId ?? null,
  };
}
