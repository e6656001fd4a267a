import { z } from "zod";
import type { Camel } from "./casing.ts";
import { errorSchema } from "./error-schema.ts";
import { requestSchema } from "./request.ts";

export const STATUSES = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
export const statusSchema = z.enum(STATUSES);
export type Status = z.infer<typeof statusSchema>;

/** The resource behind /api/generated-images/{id}: its own fields and the complete request. */
export const generatedImageSchema = requestSchema.extend({
  id: z.uuid(),
  status: statusSchema,
  /** Per cent, 0 to 100. */
  progress: z.number().int().min(0).max(100),
  queue_position: z.number().int().min(0).nullable(),
  eta_seconds: z.number().min(0).nullable(),
  created_at: z.iso.datetime(),
  file_name: z.string().nullable(),
  error: errorSchema.nullable(),
  /** Which model files, on which provider: null until it is drawn. */
  model_digest: z.string().nullable(),
  provider: z.string().nullable(),
});
export type GeneratedImageWire = z.infer<typeof generatedImageSchema>;
export type GeneratedImage = Camel<GeneratedImageWire>;

export const generatedImageListSchema = z.object({
  generated_images: z.array(generatedImageSchema),
  /** Pass it back as `cursor` for the next page; null on the last. */
  next_cursor: z.string().nullable(),
});

/** GET /api/generated-images/{id}/url */
export const presignedUrlSchema = z.object({ url: z.url(), expires_at: z.iso.datetime() });
