import { z } from "zod";
import type { Camel } from "./casing.ts";
import { LIMITS, PROMPT_SYNTAXES, SCHEDULERS, SIGMA_SPACINGS } from "./request-limits.ts";

const side = z.number().int().min(8).max(LIMITS.maxSide);
const seed = z.number().int().min(0).max(LIMITS.maxSeed);
const steps = z.number().int().min(LIMITS.minSteps).max(LIMITS.maxSteps);
const unit = z.number().min(0).max(1);

/** A prompt of white space alone is empty: there would be nothing to draw. */
const prompt = z
  .string()
  .max(LIMITS.promptCharacters, `A prompt has at most ${LIMITS.promptCharacters} characters.`)
  .refine((text) => text.trim() !== "", "A prompt is needed: say what to draw.");

/** A complete request, wire form: with it and the model's files anyone can draw the picture again. */
export const requestSchema = z.strictObject({
  prompt,
  negative_prompt: z.string().max(LIMITS.promptCharacters),
  prompt_syntax: z.enum(PROMPT_SYNTAXES),
  model: z.string().min(1).max(200),
  model_revision: z.string().max(200).optional(),
  num_steps: steps,
  guidance_scale: z.number().min(0).max(LIMITS.maxGuidanceScale),
  scheduler: z.enum(SCHEDULERS),
  sigmas: z.enum(SIGMA_SPACINGS),
  seed,
  variation_seed: seed.optional(),
  variation_strength: unit.optional(),
  width: side,
  height: side,
  init_image: z.string().max(200).optional(),
  mask_image: z.string().max(200).optional(),
  strength: unit.optional(),
  second_pass: z
    .strictObject({ scale: z.number().min(1).max(4), num_steps: steps, strength: unit })
    .optional(),
  batch_id: z.string().max(64).optional(),
});
export type RequestWire = z.infer<typeof requestSchema>;
export type GenerationRequest = Camel<RequestWire>;

/** What POST /api/generated-images takes: only the prompt is required, the rest takes the model's defaults. */
export const requestInputSchema = requestSchema.partial().required({ prompt: true });
export type RequestInputWire = z.infer<typeof requestInputSchema>;
export type RequestInput = Camel<RequestInputWire>;
