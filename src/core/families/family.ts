import type { GenerationRequest } from "../../contracts/request.ts";
import type { Conditions } from "../denoise/conditions.ts";
import type { Denoiser } from "../denoise/guidance.ts";
import type { ModelFiles } from "../model-files.ts";
import type { GraphShape } from "../runtime/graph-shape.ts";
import type { InferenceSession } from "../runtime/inference-runtime.ts";
import type { SchedulerConfig } from "../schedulers/scheduler-config.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/** Loads a component, by its folder's name, unless it is loaded already. */
export type OpenComponent = (name: string) => Promise<InferenceSession>;

/** A model of one family, its small files read: what the pipeline must know about it. */
export interface FamilyModel {
  /** The components to load, in the order in which they are used. */
  readonly components: readonly string[];
  /** What each component's graph takes and gives, those included that are loaded only where a request needs them. */
  readonly graphs: Readonly<Record<string, GraphShape>>;
  readonly schedulerConfig: SchedulerConfig;
  /** Pixels that a latent pixel stands for, along each side. */
  readonly pixelsPerLatent: number;
  /** The latents' shape [1, C, h, w] for a picture of this size in pixels. */
  latentDims(width: number, height: number): readonly number[];
  /** What the denoiser is fed with; without `guided` nothing is encoded for the negative prompt. */
  encode(open: OpenComponent, request: GenerationRequest, guided: boolean): Promise<Conditions>;
  /** Channels that the denoiser sees beside the latents, C + 1 in an inpainting model (mask, masked latents), else 0. */
  readonly extraChannels: number;
  /** Whether the denoiser was taught guidance and takes its scale as an input: then it is never run without the prompt. */
  readonly embedsGuidance: boolean;
  /**
   * The denoiser of latents [B, C, h, w], for any B.
   * @param extra [1, extraChannels, h, w], never scaled with the latents; required where there are extra channels
   */
  denoiser(open: OpenComponent, extra?: FloatTensor): Promise<Denoiser>;
  /**
   * Pixel values [1, 3, H, W] in [-1, 1] to what the encoder says of their latents, in its own scale: means and log
   * variances [1, 2 C, h, w], or [1, C, h, w] where the graph draws a sample itself.
   */
  encodePixels(open: OpenComponent, pixels: FloatTensor): Promise<FloatTensor>;
  /** The encoder's latents in the scale that the denoiser works in. */
  scaleLatents(latents: FloatTensor): FloatTensor;
  /** Clean latents [1, C, h, w] to pixel values [1, 3, H, W] in [-1, 1]. */
  decode(open: OpenComponent, latents: FloatTensor): Promise<FloatTensor>;
}

/** Reads a model's small files (configuration, tokenizer, schedule). */
export type OpenFamily = (model: ModelFiles) => Promise<FamilyModel>;
