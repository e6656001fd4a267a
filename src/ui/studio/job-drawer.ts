import type { GenerationRequest } from "../../contracts/request.ts";
import { choosePlaces, type Choice, type Where } from "../../generation/choose-place.ts";
import { expectSeconds, lastPlaceHere, rememberSpeed } from "../../generation/device-speed.ts";
import { drawPicture, type DrawnSomewhere } from "../../generation/draw-picture.ts";
import type { Drawer, Place } from "../../generation/drawer.ts";
import type { LocalDrawer } from "../../generation/local-drawer.ts";
import { StepClock } from "../../generation/step-clock.ts";
import type { Job } from "../../history/database.ts";
import { failureWords } from "../language/failure-words.ts";
import type { Catalogue } from "./catalogue.svelte.ts";
import type { Device } from "./device.svelte.ts";
import type { Drawing } from "./drawing.svelte.ts";
import { placeSentence } from "./place-words.ts";

/** What speaks to the server comes with the first picture that goes there. */
const remote: Drawer = {
  draw: async (...asked) => (await import("../../generation/remote-drawer.ts")).remoteDrawer.draw(...asked),
};

export interface JobDrawerParts {
  catalogue: Catalogue;
  device: Device;
  local: LocalDrawer;
  /** `?webgpu=software`: a software adapter counts as a GPU, for tests. */
  allowSoftware: boolean;
  /** A model of this browser has drawn a picture. */
  onDrawnHere: (model: string) => void;
}

/** Knows where a picture is drawn, and draws it there. */
export class JobDrawer {
  readonly #parts: JobDrawerParts;

  constructor(parts: JobDrawerParts) {
    this.#parts = parts;
  }

  /** Has this device load what drew the last picture of this model here, if any, before the next is asked for. */
  async warmUp(model: string, where: Where): Promise<void> {
    const { device, local } = this.#parts;
    const place = where === "server" || !device.secureContext ? null : lastPlaceHere(localStorage, model);
    if (place !== null) await local.warmUp(model, place);
  }

  /** @throws EaselError `no_backend` where it can be drawn nowhere */
  async choose(request: GenerationRequest, where: Where): Promise<[Choice, ...Choice[]]> {
    const { device, catalogue, allowSoftware } = this.#parts;
    // A slow device had better know of the server.
    const [backends] = await Promise.all([
      where === "server" ? [] : device.probe(),
      where === "auto" ? catalogue.hearServer() : undefined,
    ]);
    const model = catalogue.find(request.model);
    return choosePlaces({
      where,
      backends,
      allowSoftware,
      secureContext: device.secureContext,
      keepsModels: device.keepsModels,
      modelOnDevice: model?.onDevice ?? false,
      modelOnServer: model?.onServer ?? null,
      wasmSeconds: this.#expectAt("wasm", request),
      seemsFastEnough: where === "auto" ? device.seemsFastEnough : true,
    });
  }

  /** What it would take there, in seconds; null where nothing recent tells. */
  expect(request: GenerationRequest, { place }: Choice): number | null {
    return this.#expectAt(place, request);
  }

  #expectAt(place: Place, request: GenerationRequest): number | null {
    return expectSeconds(localStorage, place, request, this.#isCold(place, request));
  }

  /** Whether the model has to be loaded first; of a server nobody knows, and mostly it has not. */
  #isCold(place: Place, { model }: GenerationRequest): boolean {
    return place !== "server" && !this.#parts.local.holds(model, place);
  }

  /** @returns the job as it ended, and its picture. @throws EaselError of the last place tried. */
  async draw(drawing: Drawing, job: Job, choices: readonly Choice[]): Promise<{ job: Job; png: Blob }> {
    let clock = new StepClock();
    let cold = false;
    const drawn = await drawPicture(job.request, choices, this.#drawerFor, {
      jobId: drawing.key,
      inputs: drawing.inputs,
      signal: drawing.signal,
      onProgress: (event) => {
        clock.hear(event);
        drawing.hear(event);
      },
      onPlace: (choice) => {
        clock = new StepClock();
        cold = this.#isCold(choice.place, job.request);
        drawing.moveTo(choice);
      },
      onNotice: (notice) => drawing.notice(notice),
      failureWords: (failure) => failureWords(failure).message,
    });
    this.#measure(job.request, drawn, clock, cold);
    return { job: succeeded(job, drawn, drawing.notices), png: drawn.png };
  }

  readonly #drawerFor = (place: Choice["place"]) => (place === "server" ? remote : this.#parts.local);

  #measure(
    request: GenerationRequest,
    { choice, result }: DrawnSomewhere,
    { seconds: steps, loaded }: StepClock,
    cold: boolean,
  ): void {
    const { place } = choice;
    if (place !== "server") this.#parts.onDrawnHere(request.model);
    if (steps === null) return;
    const { decode, total } = result.seconds;
    const took = { steps, decode, total, cold: loaded && (cold || place === "server") };
    try {
      rememberSpeed(localStorage, place, request, took);
    } catch {
      // A full disk costs the measurement, not the picture.
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
