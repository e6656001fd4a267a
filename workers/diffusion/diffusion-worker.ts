import { transfer } from "comlink";
import type { DeviceProfile, KnownBenchmark } from "../../src/contracts/device.ts";
import type {
  DiffusionWorkerApi,
  LocalJob,
  LocalPicture,
  Outcome,
} from "../../src/contracts/diffusion-worker.ts";
import { asFailure, EaselError } from "../../src/contracts/errors.ts";
import type { Progress } from "../../src/contracts/progress.ts";
import type { GenerationRequest } from "../../src/contracts/request.ts";
import { generate } from "../../src/core/generate.ts";
import type { ModelFiles } from "../../src/core/model-files.ts";
import type { InferenceRuntime } from "../../src/core/runtime/inference-runtime.ts";
import { ModelSessions } from "../../src/core/runtime/model-sessions.ts";
import type { RgbaImage } from "../../src/core/tensor/image.ts";
import { warmUp } from "../../src/core/warm-up.ts";
import { loadsAhead, loadsInTurn } from "../../src/models/memory-plan.ts";
import { ModelStore } from "../../src/models/model-store.ts";
import { decodeInputs } from "./decode-input.ts";
import { encodePng, previewBitmap } from "./picture.ts";
import { lookAtMemory, probeDevice } from "./probe.ts";
import { createWebRuntime } from "./web-runtime.ts";

type OnProgress = (event: Progress<ImageBitmap>) => void;

/** A browser gives a page some 4 GB of memory at most, and a GPU buffers of 128 MB in the worst case. */
const UNTILED_PIXELS = 512 * 512;

interface Backend {
  runtime: InferenceRuntime;
  sessions: ModelSessions;
}

interface WarmUp {
  readonly model: string;
  readonly provider: LocalJob["provider"];
  readonly abort: AbortController;
  readonly done: Promise<Outcome<boolean>>;
}

/** The page's diffusion worker: one picture at a time, sessions kept warm for the last model and backend. */
export class DiffusionWorker implements DiffusionWorkerApi {
  #running: AbortController | undefined;
  #warming: WarmUp | undefined;
  #backend: Backend | undefined;
  #store: Promise<ModelStore> | undefined;
  readonly #createRuntime: (provider: LocalJob["provider"]) => InferenceRuntime;
  /** The opened models, so that a warm picture reads no file again. */
  readonly #models = new Map<string, ModelFiles>();

  readonly #lookAtMemory: typeof lookAtMemory;

  /**
   * @param createRuntime another one in tests, whose runs fail on purpose
   * @param look another device's memory in tests
   */
  constructor(createRuntime = createWebRuntime, look = lookAtMemory) {
    this.#createRuntime = createRuntime;
    this.#lookAtMemory = look;
  }

  holdName(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const whileAlive = () => {
        resolve();
        return new Promise<never>(() => undefined);
      };
      navigator.locks.request(self.name, whileAlive).catch(reject);
    });
  }

  probe(known?: KnownBenchmark): Promise<DeviceProfile> {
    return probeDevice(known);
  }

  async warmUp(model: string, provider: LocalJob["provider"]): Promise<Outcome<boolean>> {
    if (this.#running !== undefined || this.#warming !== undefined) return { ok: true, value: false };
    const abort = new AbortController();
    const done = this.#outcome(model, () => this.#warmUp(abort.signal, model, provider));
    this.#warming = { model, provider, abort, done };
    const outcome = await done;
    this.#warming = undefined;
    return outcome;
  }

  async #warmUp(signal: AbortSignal, id: string, provider: LocalJob["provider"]): Promise<boolean> {
    const model = await this.#open({ model: id });
    if (!loadsAhead(model.manifest, this.#lookAtMemory())) return false;
    await warmUp(signal, model, (await this.#backendFor(provider)).sessions);
    return true;
  }

  /** A picture of another model or backend has no use for the rest of it. */
  async #endWarmUp({ request, provider }: LocalJob): Promise<void> {
    const warming = this.#warming;
    if (warming === undefined) return;
    if (warming.model !== request.model || warming.provider !== provider) warming.abort.abort();
    await warming.done;
  }

  async draw(job: LocalJob, onProgress: OnProgress): Promise<Outcome<LocalPicture>> {
    if (this.#running !== undefined) {
      return {
        ok: false,
        failure: { code: "conflict", message: "This worker is drawing another picture already." },
      };
    }
    const running = new AbortController();
    this.#running = running;
    try {
      await this.#endWarmUp(job);
      return await this.#outcome(job.request.model, () => this.#draw(running.signal, job, onProgress));
    } finally {
      this.#running = undefined;
    }
  }

  async #outcome<Value>(model: string, work: () => Promise<Value>): Promise<Outcome<Value>> {
    try {
      return { ok: true, value: await work() };
    } catch (thrown) {
      const failure = asFailure(thrown);
      // After these the runtime's state is not to be trusted: the next picture loads anew.
      if (["device_lost", "out_of_memory", "internal"].includes(failure.code)) this.#backend = undefined;
      // And a model whose stored files are gone or altered is looked for anew.
      if (["model_corrupt", "model_not_installed"].includes(failure.code)) this.#models.delete(model);
      return { ok: false, failure };
    }
  }

  cancel(): Promise<void> {
    this.#running?.abort();
    return Promise.resolve();
  }

  async #draw(signal: AbortSignal, job: LocalJob, onProgress: OnProgress): Promise<LocalPicture> {
    const model = await this.#open(job.request);
    const { runtime, sessions } = await this.#backendFor(job.provider);
    const { image, result } = await generate(job.request, model, runtime, {
      signal,
      sessions,
      inputs: await decodeInputs(job.inputs ?? {}),
      untiledPixels: UNTILED_PIXELS,
      componentsInTurn: loadsInTurn(model.manifest, this.#lookAtMemory()),
      previews: job.previews,
      onProgress: (event) => forward(event, onProgress),
    });
    return { png: await encodePng(image, job.request, result), result };
  }

  /** The model from the store; opened once in this worker's life, unless another revision is asked for. */
  async #open(request: Pick<GenerationRequest, "model" | "modelRevision">): Promise<ModelFiles> {
    const known = this.#models.get(request.model);
    if (
      known !== undefined &&
      (request.modelRevision ?? known.manifest.revision) === known.manifest.revision
    ) {
      return known;
    }
    this.#store ??= ModelStore.open();
    // A store that could not be opened may open the next time.
    this.#store.catch(() => (this.#store = undefined));
    const model = await (await this.#store).find(request.model);
    this.#models.set(request.model, model);
    return model;
  }

  async #backendFor(provider: LocalJob["provider"]): Promise<Backend> {
    if (this.#backend?.runtime.provider === provider) return this.#backend;
    await this.#backend?.sessions.release();
    if (provider === "webgpu") await requireAdapter();
    const runtime = this.#createRuntime(provider);
    this.#backend = { runtime, sessions: new ModelSessions(runtime) };
    return this.#backend;
  }
}

/** A software adapter is taken too: whoever names the provider has asked for it. */
async function requireAdapter(): Promise<void> {
  const adapter = "gpu" in navigator ? await navigator.gpu.requestAdapter() : null;
  if (adapter !== null) return;
  throw new EaselError("no_backend", "WebGPU was asked for, but this browser gives no adapter.", {
    hint: "Draw with WASM or on the server.",
  });
}

function forward(event: Progress<RgbaImage>, onProgress: OnProgress): void {
  if (event.type !== "step" || event.preview === undefined) {
    onProgress(event as Progress<ImageBitmap>);
    return;
  }
  const preview = previewBitmap(event.preview);
  onProgress(transfer({ ...event, preview }, [preview]));
}
