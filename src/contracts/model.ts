import { z } from "zod";
import type { Camel } from "./casing.ts";
import { MODEL_COMPONENTS, MODEL_FAMILIES } from "./model-kinds.ts";
import { SCHEDULERS } from "./request-limits.ts";

/** A path inside a model's folder. */
export const modelPathSchema = z
  .string()
  .regex(/^(?!\/)(?!.*\.\.)[\w./-]+$/, "A file's path is relative and stays inside the model's folder.");

/** SHA-256 in lower-case hex. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** One file of a model: path relative to the model's folder, size in bytes. */
export const modelFileSchema = z.object({
  path: modelPathSchema,
  size: z.number().int().positive(),
  sha256: sha256Schema,
});

/** Where a component's graph lies, if elsewhere than `<component>/model.onnx`, and the files that hold its weights. */
const graphSchema = z.object({
  component: z.enum(MODEL_COMPONENTS),
  path: z.string(),
  external_data: z.array(z.string()).default([]),
});

/**
 * Where a tokenizer lies, if elsewhere than in the folder of its name, and what it pads with, if that is another token
 * than its own files say: an export without a tokenizer takes CLIP's, which pads otherwise than Stable Diffusion 2.
 */
const tokenizerSchema = z.object({
  tokenizer: z.enum(["tokenizer", "tokenizer_2"]),
  folder: z.string().optional(),
  pad_token: z.string().min(1).optional(),
});

/** What a model says of itself: `models/<name>/manifest.json`. */
export const manifestSchema = z.object({
  id: z.string(),
  name: z.string(),
  revision: z.string(),
  /** SHA-256 over the sorted lines `path sha256`, each ended by a newline. */
  digest: sha256Schema,
  family: z.enum(MODEL_FAMILIES),
  description: z.string(),
  licence: z.object({ id: z.string(), url: z.string().optional(), attribution: z.string().optional() }),
  files: z.array(modelFileSchema).min(1),
  graphs: z.array(graphSchema).optional(),
  tokenizers: z.array(tokenizerSchema).optional(),
  defaults: z.object({
    num_steps: z.number().int(),
    guidance_scale: z.number(),
    scheduler: z.enum(SCHEDULERS),
    width: z.number().int(),
    height: z.number().int(),
  }),
  /** The [width, height] pairs that the model draws, in pixels. */
  sizes: z.array(z.tuple([z.number().int(), z.number().int()])).min(1),
  /**
   * Sizes that the model draws besides `sizes`; absent: those alone. Each side is a multiple of `multiple_of` from
   * `min` to `max`, and both together are at most `max_pixels`.
   */
  size_rule: z
    .object({
      multiple_of: z.number().int().positive(),
      min: z.number().int().positive(),
      max: z.number().int().positive(),
      max_pixels: z.number().int().positive(),
    })
    .optional(),
  /** How many pixels the autoencoder takes at once; more are encoded and decoded in tiles. Absent: a general limit. */
  untiled_pixels: z.number().int().positive().optional(),
  /**
   * Linear map from one latent pixel to RGB in [0, 1], for previews: rgb = latent (C) x factors (C x 3) + bias (3);
   * latents as the denoiser sees them.
   */
  preview: z
    .object({
      latent_rgb_factors: z.array(z.tuple([z.number(), z.number(), z.number()])),
      bias: z.tuple([z.number(), z.number(), z.number()]),
    })
    .optional(),
  /**
   * Says that the model has a tiny decoder for previews, `preview_decoder/model.onnx` (as TAESD): latents as the
   * denoiser sees them [1, C, h, w] to pixels [1, 3, H, W] in this range.
   */
  preview_decoder: z.object({ output: z.enum(["zero_to_one", "minus_one_to_one"]) }).optional(),
});
export type ManifestWire = z.infer<typeof manifestSchema>;
export type Manifest = Camel<ManifestWire>;

/** GET /api/models: what live workers can draw. */
export const modelResourceSchema = manifestSchema.pick({
  id: true,
  name: true,
  revision: true,
  digest: true,
  family: true,
  description: true,
  licence: true,
  defaults: true,
  sizes: true,
  size_rule: true,
});
export const modelListSchema = z.object({
  models: z.array(modelResourceSchema),
  /** Whether the server makes links to pictures that are encrypted in the browser. Not said by servers before it: they do. */
  private_links: z.boolean().default(true),
});
export type ModelResource = Camel<z.infer<typeof modelResourceSchema>>;
