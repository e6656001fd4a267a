import type { Failure } from "../../../src/contracts/errors.ts";
import type { Manifest } from "../../../src/contracts/model.ts";
import type { GenerationResult, Progress } from "../../../src/contracts/progress.ts";
import type { GenerationRequest } from "../../../src/contracts/request.ts";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";

/** The pictures that a request names, as files: PNG, JPEG or WebP. The child decodes them, since it may be killed. */
export interface InputFiles {
  initImage?: Uint8Array;
  maskImage?: Uint8Array;
}

/** What the claiming process tells the child that draws; `call` numbers a question and its answers. */
export type ToChild =
  | { type: "models"; call: number }
  | { type: "draw"; call: number; request: GenerationRequest; inputs: InputFiles }
  | { type: "cancel"; call: number };

/** What the child answers. Failures are data, pixels of previews raw: the parent, never busy, encodes them. */
export type FromChild =
  | { type: "models"; call: number; manifests: Manifest[] }
  | { type: "progress"; call: number; event: Progress<RgbaImage> }
  | { type: "drawn"; call: number; png: Uint8Array; result: GenerationResult }
  | { type: "failed"; call: number; failure: Failure };

/** How the child is told what to run, as its one argument in JSON. */
export interface ChildSettings {
  modelsDirs: string[];
  provider: "cpu" | "cuda" | "webgpu";
  /** Of models that stay loaded between pictures; the one that is drawn with always is. */
  warmMegabytes: number;
}
