import type { GenerationRequest } from "../../contracts/request.ts";
import { choosePlaces, type Choice, type Where } from "../../generation/choose-place.ts";
import { expectSeconds, rememberSpeed } from "../../generation/device-speed.ts";
import { drawPicture, type DrawnSomewhere } from "../../generation/draw-picture.ts";
import type { LocalDrawer } from "../../generation/local-drawer.ts";
import { remoteDrawer } from "../../generation/remote-drawer.ts";
import { StepClock } from "../../generation/step-clock.ts";
import type { Job } from "../../history/database.ts";
import { failureWords } from "../language/failure-words.ts";
import type { Catalogue } from "./catalogue.svelte.ts";
import type { Device } from "./device.svelte.ts";
import type { Drawing } from "./drawing.svelte.ts";
import { placeSentence } from "./place-words.ts";

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

  /** @throws EaselError `no_backend` where it can be drawn nowhere */
  async choose(request: GenerationRequest, where: Where): Promise<[Choice, ...Choice[]]> {
    const { device, catalogue, allowSoftware } = this.#parts;
    const backends = where === "server" ? [] : await device.probe();
    const model = catalogue.find(request.model);
    return choosePlaces({
      where,
      backends,
      allowSoftware,
      secureContext: device.secureContext,
      modelOnDevice: model?.onDevice ?? false,
      modelOnServer: model?.onServer ?? null,
      wasmSeconds: expectSeconds(localStorage, "wasm", request),
      seemsFastEnough: where === "auto" ? device.seemsFastEnough : true,
    });
  }

  /** What it would take there, in seconds; null where nothing recent tells. */
  expect(request: GenerationRequest, { place }: Choice): number | null {
    return expectSeconds(localStorage, place, request);
  }

  /** @returns the job as it ended, and its picture. @throws EaselError of the last place tried. */
  async draw(drawing: Drawing, job: Job, choices: readonly Choice[]): Promise<{ job: Job; png: Blob }> {
    let clock = new StepClock();
    const drawn = await drawPicture(job.request, choices, this.#drawerFor, {
      jobId: job.id,
      inputs: drawing.inputs,
      signal: drawing.signal,
      onProgress: (event) => {
        clock.hear(event);
        drawing.hear(event);
      },
      onPlace: (choice) => {
        clock = new StepClock();
        drawing.moveTo(choice);
      },
      onNotice: (notice) => drawing.notice(notice),
      failureWords: (failure) => failureWords(failure).message,
    });
    this.#measure(job.request, drawn, clock);
    return { job: succeeded(job, drawn, drawing.notices), png: drawn.png };
  }

  readonly #drawerFor = (place: Choice["place"]) => (place === "server" ? remoteDrawer : this.#parts.local);

  #measure(request: GenerationRequest, { choice, result }: DrawnSomewhere, { seconds }: StepClock): void {
    if (choice.place !== "server") this.#parts.onDrawnHere(request.model);
    if (seconds === null) return;
    try {
      rememberSpeed(localStorage, choice.place, request, seconds, result.seconds.decode);
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
