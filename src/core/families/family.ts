import type { GenerationRequest } from "../../contracts/request.ts";
import type { Conditions } from "../denoise/conditions.ts";
import type { Denoiser } from "../denoise/guidance.ts";
import type { ModelFiles } from "../model-files.ts";
import type { InferenceSession } from "../runtime/inference-runtime.ts";
import type { SchedulerConfig } from "../schedulers/scheduler-config.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/** Loads a component, by its folder's name, unless it is loaded already. */
export type OpenComponent = (name: string) => Promise<InferenceSession>;

/** A model of one family, its small files read: what the pipeline must know about it. */
export interface FamilyModel {
  /** The components to load, in the order in which they are used. */
  readonly components: readonly string[];
  readonly schedulerConfig: SchedulerConfig;
  /** The latents' shape [1, C, h, w] for a picture of this size in pixels. */
  latentDims(width: number, height: number): readonly number[];
  /** What the denoiser is fed with; without `guided` nothing is encoded for the negative prompt. */
  encode(open: OpenComponent, request: GenerationRequest, guided: boolean): Promise<Conditions>;
  /** `batched`: whether it takes more than one sample a run. */
  denoiser(open: OpenComponent): Promise<{ run: Denoiser; batched: boolean }>;
  /** Clean latents [1, C, h, w] to pixel values [1, 3, H, W] in [-1, 1]. */
  decode(open: OpenComponent, latents: FloatTensor): Promise<FloatTensor>;
}

/** Reads a model's small files (configuration, tokenizer, schedule). */
export type OpenFamily = (model: ModelFiles) => Promise<FamilyModel>;
