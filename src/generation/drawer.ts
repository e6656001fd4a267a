import type { InputBlobs } from "../contracts/diffusion-worker.ts";
import type { GenerationResult, Progress, Provider } from "../contracts/progress.ts";
import type { GenerationRequest } from "../contracts/request.ts";

/** Where a picture is drawn: in this browser by one of its backends, or on the server. */
export type Place = Extract<Provider, "webgpu" | "wasm"> | "server";

/** What a preview is made of: an ImageBitmap from the worker in this browser, a data URL from the server. */
export type Preview = ImageBitmap | string;

export interface Drawn {
  /** The picture, with its request inside (AUTOMATIC1111's `parameters`). */
  png: Blob;
  result: GenerationResult;
  /** The server's name for it, where the server drew it. */
  generatedImageId?: string;
}

export interface DrawOptions {
  /** Names the job: the Idempotency-Key on the server. */
  jobId: string;
  signal: AbortSignal;
  /** Needed where the request names pictures. On the server they are uploaded first. */
  inputs?: InputBlobs;
  onProgress: (event: Progress<Preview>) => void;
}

/**
 * One way to draw. Both ways, in this browser and on the server, report the same stream of progress.
 * @throws EaselError; `interrupted` after the signal was aborted.
 */
export interface Drawer {
  draw(request: GenerationRequest, place: Place, options: DrawOptions): Promise<Drawn>;
}
