import { z } from "zod";
import type { Camel } from "./casing.ts";
import { TEXT_CATEGORIES } from "./text-category.ts";

/**
 * What a worker sees, by the names that the Hugging Face hub has for the tasks; `image-safety` is the classification of
 * pictures by a model that tells which not everybody wants to see.
 */
export const SEEING_TASKS = [
  "text-classification",
  "image-classification",
  "object-detection",
  "image-safety",
] as const;
export type SeeingTask = (typeof SEEING_TASKS)[number];

/** More labels than anybody asks for are neither told nor kept. */
export const MOST_LABELS = 50;

/** Most ask for no more: each label is written, read and kept several times on its way. */
export const FEW_LABELS = 5;

/** One label and how sure the model is of it, 0..1. `label_zh` is null where the model's files have no Chinese. */
export const labelSchema = z.object({
  label: z.string(),
  label_zh: z.string().nullable(),
  score: z.number(),
});

/** What was seen, the best first. */
export const seenSchema = z.array(labelSchema).min(1).max(MOST_LABELS);
export type SeenWire = z.infer<typeof seenSchema>;
export type Seen = Camel<SeenWire>;

/** The form of POST /api/predictions/image, besides its file. */
export const topKSchema = z.coerce.number().int().min(1).max(MOST_LABELS).default(FEW_LABELS);

/** The `top_k` likeliest labels, the best first. */
export const imagePredictionSchema = z.object({
  /** Names this file's way through the server, in its logs too; nothing of the file is kept under it. */
  file_id: z.uuid(),
  results: z.array(labelSchema),
});

/** POST /api/predictions/text */
export const textPredictionInputSchema = z.strictObject({ text: z.string().max(10_000) });

/** The likeliest category, and the share of each, the best first; they sum to 1. */
export const textPredictionSchema = z.object({
  category: z.enum(TEXT_CATEGORIES),
  scores: z.array(z.object({ category: z.enum(TEXT_CATEGORIES), score: z.number() })),
});
