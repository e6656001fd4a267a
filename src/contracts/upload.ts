import { z } from "zod";
import type { Camel } from "./casing.ts";

export const UPLOAD_PURPOSES = ["init_image", "mask_image", "share"] as const;
export const UPLOAD_CONTENT_TYPES = ["image/png", "image/jpeg", "image/webp"] as const;
export const UPLOAD_MAX_BYTES = 10 * 1024 * 1024;
export const UPLOAD_MAX_PIXELS = 16_000_000;

export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "A SHA-256 is 64 lower-case hexadecimal digits.");

/** POST /api/uploads */
export const uploadInputSchema = z.strictObject({
  purpose: z.enum(UPLOAD_PURPOSES),
  content_type: z.enum(UPLOAD_CONTENT_TYPES),
  bytes: z.number().int().positive().max(UPLOAD_MAX_BYTES),
  sha256: sha256Schema,
});
export type UploadInput = Camel<z.infer<typeof uploadInputSchema>>;

/** Where and with which headers the bytes are put. */
export const putTargetSchema = z.object({ url: z.url(), headers: z.record(z.string(), z.string()) });

export const uploadSchema = z.object({ id: z.uuid(), put: putTargetSchema, expires_at: z.iso.datetime() });
export type UploadTicket = Camel<z.infer<typeof uploadSchema>>;

/** POST /api/uploads/{id}/complete */
export const uploadCompletedSchema = z.object({
  id: z.uuid(),
  width: z.number().int(),
  height: z.number().int(),
  content_type: z.enum(UPLOAD_CONTENT_TYPES),
});
