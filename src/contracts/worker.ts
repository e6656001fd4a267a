import { z } from "zod";
import type { Camel } from "./casing.ts";
import { errorSchema } from "./error-schema.ts";
import { noticesSchema, progressSchema, providerSchema, secondsSchema } from "./progress.ts";
import { requestSchema } from "./request.ts";
import { safetySchema } from "./safety.ts";
import { sha256Schema } from "./upload.ts";

export const LEASE_SECONDS = 15;
export const HEARTBEAT_SECONDS = 2;
export const CLAIM_WAIT_MAX_SECONDS = 25;

/** POST /api/worker/claim */
export const claimInputSchema = z.strictObject({
  worker_id: z.string().min(1).max(100),
  name: z.string().max(100),
  version: z.string().max(50),
  provider: providerSchema,
  models: z
    .array(z.strictObject({ id: z.string(), digest: sha256Schema }))
    .min(1)
    .max(100),
  max_pixels: z.number().int().positive(),
  /** With what each drawn picture is looked at before it is put; a server that has such a model gives jobs to no other. */
  safety: safetySchema.optional(),
  wait_seconds: z.number().min(0).max(CLAIM_WAIT_MAX_SECONDS),
});
export type ClaimInput = Camel<z.infer<typeof claimInputSchema>>;

export const claimSchema = z.object({
  lease_id: z.uuid(),
  job_id: z.uuid(),
  attempt: z.number().int().positive(),
  expires_at: z.iso.datetime(),
  heartbeat_seconds: z.number(),
  request: requestSchema,
  inputs: z.object({ init_image: z.url().optional(), mask_image: z.url().optional() }),
  output: z.object({ url: z.url(), headers: z.record(z.string(), z.string()), max_bytes: z.number().int() }),
});
export type Claim = Camel<z.infer<typeof claimSchema>>;

/** POST /api/worker/leases/{id}/progress: the heartbeat, and what there is to tell. */
export const leaseProgressInputSchema = z.strictObject({ event: progressSchema.nullable() });
export const leaseProgressSchema = z.object({ cancelled: z.boolean(), expires_at: z.iso.datetime() });

/** POST /api/worker/leases/{id}/complete */
export const leaseCompleteInputSchema = z.strictObject({
  sha256: sha256Schema,
  bytes: z.number().int().positive(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  content_type: z.enum(["image/png"]),
  provider: providerSchema,
  seconds: secondsSchema,
  notices: noticesSchema.optional(),
});
export type LeaseCompleteInput = Camel<z.infer<typeof leaseCompleteInputSchema>>;

/** POST /api/worker/leases/{id}/fail */
export const leaseFailInputSchema = z.strictObject({ error: errorSchema, retryable: z.boolean() });
