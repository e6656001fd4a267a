import { z } from "zod";
import { LIMITS } from "./request-limits.ts";

/** What OpenAI's clients send null for, as often as they leave it out. */
const optional = <Schema extends z.ZodType>(schema: Schema) => schema.nullish();

export const COMPAT_MAX_SIDE = 2048;
export const OPENAI_FORMATS = ["png", "jpeg", "webp"] as const;

/**
 * OpenAI's POST /v1/images/generations (platform.openai.com/docs/api-reference/images/create). Fields that steer
 * nothing here (`quality`, `style`, `moderation`, `user`) are taken and left; the last four are ours.
 */
export const openAiImageInputSchema = z.object({
  prompt: z.string().max(LIMITS.promptCharacters),
  model: optional(z.string().max(200)),
  n: optional(z.number().int().min(1).max(10)),
  size: optional(
    z.string().regex(/^(auto|\d{1,4}x\d{1,4})$/, "A size is WIDTHxHEIGHT, such as 1024x1024, or auto."),
  ),
  response_format: optional(z.enum(["url", "b64_json"])),
  output_format: optional(z.enum(OPENAI_FORMATS)),
  output_compression: optional(z.number().int().min(0).max(100)),
  stream: optional(z.boolean()),
  partial_images: optional(z.number().int().min(0).max(3)),
  background: optional(z.enum(["auto", "opaque"], "Pictures here have no transparent background.")),
  user: optional(z.string().max(1000)),
  negative_prompt: optional(z.string().max(LIMITS.promptCharacters)),
  seed: optional(z.number().int().min(0).max(LIMITS.maxSeed)),
  num_steps: optional(z.number().int().min(LIMITS.minSteps).max(LIMITS.maxSteps)),
  guidance_scale: optional(z.number().min(0).max(LIMITS.maxGuidanceScale)),
});
export type OpenAiImageInput = z.infer<typeof openAiImageInputSchema>;

/**
 * The fields beside the pictures of OpenAI's POST /v1/images/edits: the same, as the texts of a form; `strength` is ours.
 */
export const openAiEditInputSchema = openAiImageInputSchema.extend({
  n: z.coerce.number().int().min(1).max(10).optional(),
  output_compression: z.coerce.number().int().min(0).max(100).optional(),
  stream: z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .optional(),
  partial_images: z.coerce.number().int().min(0).max(3).optional(),
  seed: z.coerce.number().int().min(0).max(LIMITS.maxSeed).optional(),
  num_steps: z.coerce.number().int().min(LIMITS.minSteps).max(LIMITS.maxSteps).optional(),
  guidance_scale: z.coerce.number().min(0).max(LIMITS.maxGuidanceScale).optional(),
  /** How far from the picture: 0 leaves it, 1 draws it anew. */
  strength: z.coerce.number().min(0).max(1).optional(),
});
export type OpenAiEditInput = z.infer<typeof openAiEditInputSchema>;

/** What was drawn, where it may differ from what was asked; OpenAI's clients pass it by. */
export const openAiNoteSchema = z.object({
  model: z.string(),
  /** As the model drew it, before it was resized. */
  drawn_size: z.string(),
  seeds: z.array(z.number().int()),
  note: z.string().optional(),
});

export const openAiImagesSchema = z.object({
  created: z.number().int(),
  data: z.array(z.object({ b64_json: z.string().optional(), url: z.url().optional() })),
  size: z.string(),
  output_format: z.enum(OPENAI_FORMATS),
  easel: openAiNoteSchema,
});

export const openAiModelSchema = z.object({
  id: z.string(),
  object: z.literal("model"),
  created: z.number().int(),
  owned_by: z.string(),
});
export const openAiModelListSchema = z.object({
  object: z.literal("list"),
  data: z.array(openAiModelSchema),
});

export const openAiErrorBodySchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});
