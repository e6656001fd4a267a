import { z } from "zod";
import { COMPAT_MAX_SIDE } from "./openai-images.ts";
import { LIMITS } from "./request-limits.ts";

export const SDAPI_MAX_PICTURES = 16;

const text = z.string().max(LIMITS.promptCharacters);
const side = z.number().int().min(8).max(COMPAT_MAX_SIDE);
/** -1: drawn by the server. */
const seed = z.number().int().min(-1).max(LIMITS.maxSeed);
const some = z.number().int().min(1).max(SDAPI_MAX_PICTURES);

/**
 * AUTOMATIC1111's POST /sdapi/v1/txt2img, as far as it steers anything here; what is left out takes the model's own
 * defaults, the size too. Other fields of that interface are taken and left.
 */
export const sdapiTextInputSchema = z.object({
  prompt: text,
  negative_prompt: text.nullish(),
  seed: seed.nullish(),
  subseed: seed.nullish(),
  subseed_strength: z.number().min(0).max(1).nullish(),
  sampler_name: z.string().max(100).nullish(),
  /** The field's older name. */
  sampler_index: z.string().max(100).nullish(),
  scheduler: z.string().max(100).nullish(),
  batch_size: some.nullish(),
  n_iter: some.nullish(),
  steps: z.number().int().min(LIMITS.minSteps).max(LIMITS.maxSteps).nullish(),
  cfg_scale: z.number().min(0).max(LIMITS.maxGuidanceScale).nullish(),
  width: side.nullish(),
  height: side.nullish(),
  enable_hr: z.boolean().nullish(),
  hr_scale: z.number().min(1).max(4).nullish(),
  hr_second_pass_steps: z.number().int().min(0).max(LIMITS.maxSteps).nullish(),
  denoising_strength: z.number().min(0).max(1).nullish(),
  override_settings: z.object({ sd_model_checkpoint: z.string().max(300).nullish() }).nullish(),
  script_name: z.string().max(100).nullish(),
  send_images: z.boolean().nullish(),
});
export type SdapiTextInput = z.infer<typeof sdapiTextInputSchema>;

/**
 * POST /sdapi/v1/img2img: the first of `init_images` is drawn from, fitted to the size. What that interface calls
 * `inpainting_fill` and `resize_mode` is taken and left.
 */
export const sdapiPictureInputSchema = sdapiTextInputSchema.extend({
  /** Base64, bare or as data URLs. */
  init_images: z.array(z.string()),
  /** White is drawn anew. */
  mask: z.string().nullish(),
  /** Pixels. */
  mask_blur: z.number().min(0).max(64).nullish(),
  inpainting_mask_invert: z.number().int().min(0).max(1).nullish(),
});
export type SdapiPictureInput = z.infer<typeof sdapiPictureInputSchema>;

export const sdapiPicturesSchema = z.object({
  /** PNG, base64. */
  images: z.array(z.string()),
  parameters: z.record(z.string(), z.unknown()),
  /** JSON: what each picture was drawn with. */
  info: z.string(),
});

export const sdapiProgressSchema = z.object({
  /** 0 to 1. */
  progress: z.number(),
  eta_relative: z.number(),
  state: z.object({
    skipped: z.boolean(),
    interrupted: z.boolean(),
    stopping_generation: z.boolean(),
    job: z.string(),
    job_count: z.number().int(),
    job_timestamp: z.string(),
    job_no: z.number().int(),
    sampling_step: z.number().int(),
    sampling_steps: z.number().int(),
  }),
  current_image: z.string().nullable(),
  textinfo: z.string().nullable(),
});

export const sdapiSamplersSchema = z.array(
  z.object({ name: z.string(), aliases: z.array(z.string()), options: z.record(z.string(), z.string()) }),
);

export const sdapiSchedulersSchema = z.array(
  z.object({
    name: z.string(),
    label: z.string(),
    aliases: z.array(z.string()),
    default_rho: z.number(),
    need_inner_model: z.boolean(),
  }),
);

export const sdapiModelsSchema = z.array(
  z.object({
    title: z.string(),
    model_name: z.string(),
    hash: z.string(),
    sha256: z.string(),
    filename: z.string(),
    config: z.string().nullable(),
  }),
);

/** Of its hundreds of options the one that steers anything here is the model. */
export const sdapiOptionsInputSchema = z.object({ sd_model_checkpoint: z.string().max(300).nullish() });
export const sdapiOptionsSchema = z.object({ sd_model_checkpoint: z.string(), samples_format: z.string() });

export const sdapiErrorBodySchema = z.object({
  error: z.string(),
  detail: z.string(),
  body: z.string(),
  errors: z.string(),
});
