import { z } from "zod";
import type { Camel } from "./casing.ts";
import { SEALED_TYPE } from "./sealed-picture.ts";

export const UPLOAD_PURPOSES = ["init_image", "mask_image", "share", "private_share"] as const;
export const UPLOAD_CONTENT_TYPES = ["image/png", "image/jpeg", "image/webp"] as const;
export const UPLOAD_MAX_BYTES = 10 * 1024 * 1024;
export const UPLOAD_MAX_PIXELS = 16_000_000;

export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "A SHA-256 is 64 lower-case hexadecimal digits.");

const uploadTypeSchema = z.enum([...UPLOAD_CONTENT_TYPES, SEALED_TYPE]);

/** POST /api/uploads. What a private link shows is encrypted, and so of no picture's type (sealed-picture.ts). */
export const uploadInputSchema = z
  .strictObject({
    purpose: z.enum(UPLOAD_PURPOSES),
    content_type: uploadTypeSchema,
    bytes: z.number().int().positive().max(UPLOAD_MAX_BYTES),
    sha256: sha256Schema,
  })
  .refine((input) => (input.purpose === "private_share") === (input.content_type === SEALED_TYPE), {
    path: ["content_type"],
    message: `An upload for a private_share is ${SEALED_TYPE}, any other a PNG, JPEG or WebP.`,
  });
export type UploadInput = Camel<z.infer<typeof uploadInputSchema>>;

/** Where and with which headers the bytes are put. */
export const putTargetSchema = z.object({ url: z.url(), headers: z.record(z.string(), z.string()) });

export const uploadSchema = z.object({ id: z.uuid(), put: putTargetSchema, expires_at: z.iso.datetime() });
export type UploadTicket = Camel<z.infer<typeof uploadSchema>>;

/** POST /api/uploads/{id}/complete */
export const uploadCompletedSchema = z.object({
  id: z.uuid(),
  /** Pixels; null: it is sealed. */
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  content_type: uploadTypeSchema,
});
