import type { DeviceProfile, KnownBenchmark } from "./device.ts";
import type { Failure } from "./errors.ts";
import type { GenerationResult, Progress, Provider } from "./progress.ts";
import type { GenerationRequest } from "./request.ts";

/** What crosses comlink between the page and workers/diffusion. Failures are data: comlink drops an Error's fields. */
export type Outcome<Value> = { ok: true; value: Value } | { ok: false; failure: Failure };

/** One way to run a model in this browser, tried in order; `available: false` says why in `reason`. */
export interface BackendReport {
  provider: Extract<Provider, "webgpu" | "wasm">;
  available: boolean;
  /** A software adapter (SwiftShader) counts as none unless it is asked for: WASM is faster. */
  software: boolean;
  fp16: boolean;
  threads: number;
  /** What is missing to draw with it; null: nothing is. */
  lacks: BackendLack | null;
}

/**
 * `secure-page`: https or localhost; `adapter`: WebGPU is there and gives none; `hardware`: the processor plays the GPU;
 * `simd`: WebAssembly's, which the runtime needs.
 */
export type BackendLack = "secure-page" | "webgpu" | "adapter" | "hardware" | "simd";

/** The pictures that a request names by `init_image` and `mask_image`, as files: PNG, JPEG or WebP. */
export interface InputBlobs {
  initImage?: Blob;
  maskImage?: Blob;
}

export interface LocalJob {
  request: GenerationRequest;
  /** Needed where the request names pictures. */
  inputs?: InputBlobs;
  /** The backend to use; the worker does not fall back by itself, the page decides and says so. */
  provider: Extract<Provider, "webgpu" | "wasm">;
  previews: boolean;
}

export interface LocalPicture {
  /** PNG with the request inside (AUTOMATIC1111's `parameters`). */
  png: Blob;
  result: GenerationResult;
}

export interface DiffusionWorkerApi {
  /** Resolves once this worker holds the Web Lock of its own name, until it ends: a page can't see it end otherwise. */
  holdName(): Promise<void>;
  /** What this device is; half a second, unless a benchmark of it is known. */
  probe(known?: KnownBenchmark): Promise<DeviceProfile>;
  /**
   * Loads a model before a picture of it is asked for, where memory is plenty; one that is drawn meanwhile waits for it.
   * @returns whether it is loaded now
   */
  warmUp(model: string, provider: LocalJob["provider"]): Promise<Outcome<boolean>>;
  /** Draws one picture; `onProgress` is a comlink proxy. A second call while one runs answers `conflict`. */
  draw(job: LocalJob, onProgress: (event: Progress<ImageBitmap>) => void): Promise<Outcome<LocalPicture>>;
  /** Stops the running picture between two steps; its `draw` answers with the code `interrupted`. */
  cancel(): Promise<void>;
}
