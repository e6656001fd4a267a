import type { GenerationRequest } from "../../contracts/request.ts";
import type { ModelFiles } from "../model-files.ts";
import type { Denoiser } from "../denoise/guidance.ts";
import type { InferenceSession } from "../runtime/inference-runtime.ts";
import type { SchedulerConfig } from "../schedulers/scheduler-config.ts";
import type { EncodedPrompts } from "../text-encoder/encode-prompt.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/** A model's loaded components, by their folder's name. */
export type Components = Readonly<Record<string, InferenceSession>>;

/** A model of one family, its small files read: what the pipeline must know about it. */
export interface FamilyModel {
  /** The components to load, in the order in which they are used. */
  readonly components: readonly string[];
  readonly schedulerConfig: SchedulerConfig;
  /** The latents' shape [1, C, h, w] for a picture of this size in pixels. */
  latentDims(width: number, height: number): readonly number[];
  /** The states that the denoiser is fed. */
  encode(components: Components, request: GenerationRequest, guided: boolean): Promise<EncodedPrompts>;
  denoiser(components: Components): { run: Denoiser; batchOfTwo: boolean };
  /** Clean latents [1, C, h, w] to pixel values [1, 3, H, W] in [-1, 1]. */
  decode(components: Components, latents: FloatTensor): Promise<FloatTensor>;
}

/** Reads a model's small files (configuration, tokenizer, schedule). */
export type OpenFamily = (model: ModelFiles) => Promise<FamilyModel>;
