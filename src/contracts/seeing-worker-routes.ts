import { z } from "zod";
import type { Camel } from "./casing.ts";
import { DOCUMENT_CONTENT_TYPES, DOCUMENT_MAX_PAGES, documentPageSchema, PAGES_AT_ONCE } from "./document.ts";
import { errorSchema } from "./error-schema.ts";
import { sha256Schema } from "./model.ts";
import { MOST_LABELS, seenSchema, SEEING_TASKS } from "./prediction.ts";
import { UPLOAD_MAX_BYTES } from "./upload.ts";
import { CLAIM_WAIT_MAX_SECONDS } from "./worker.ts";

/** A worker that has not answered by then may have gone: others may take what it took. */
export const SEEING_LEASE_SECONDS = 15;
/** How many a worker takes at once. */
export const SEEING_BATCH_MOST = 8;

const modelSchema = z.strictObject({ task: z.enum(SEEING_TASKS), digest: sha256Schema });
/** A model that a worker has loaded. */
export type LoadedModel = z.infer<typeof modelSchema>;

/** POST /api/worker/seeing/claim: the models are loaded, and `most` are taken at once. */
export const seeingClaimInputSchema = z.strictObject({
  worker_id: z.string().min(1).max(100),
  models: z
    .array(modelSchema)
    .min(1)
    .max(SEEING_TASKS.length)
    .refine(
      (models) => new Set(models.map(({ task }) => task)).size === models.length,
      "A worker has one model for each task, and here is a second one.",
    ),
  most: z.number().int().min(1).max(SEEING_BATCH_MOST),
  wait_seconds: z.number().min(0).max(CLAIM_WAIT_MAX_SECONDS),
});
export type SeeingClaimInput = Camel<z.infer<typeof seeingClaimInputSchema>>;

const textJobSchema = z.object({
  id: z.uuid(),
  task: z.literal("text-classification"),
  digest: sha256Schema,
  text: z.string(),
});

/**
 * A PNG, JPEG or WebP by its first bytes; nobody has decoded it. It is so many `bytes` of the reply itself, or lies at
 * `url`.
 */
const imageJobSchema = z.object({
  id: z.uuid(),
  task: z.enum(["image-classification", "image-safety"]),
  digest: sha256Schema,
  url: z.url().optional(),
  bytes: z.number().int().min(1).max(UPLOAD_MAX_BYTES).optional(),
  /** How many of the best are wanted; all that are ever told where it does not say. */
  labels: z.number().int().min(1).max(MOST_LABELS).optional(),
});

/**
 * The next pages of a document, from `first_page` (1 is the first) on: as many as the worker can look at well within its
 * lease. It is a picture or a PDF by its first bytes; nobody has opened it.
 */
const documentJobSchema = z.object({
  id: z.uuid(),
  task: z.literal("object-detection"),
  digest: sha256Schema,
  url: z.url(),
  content_type: z.enum(DOCUMENT_CONTENT_TYPES),
  first_page: z.number().int().min(1).max(DOCUMENT_MAX_PAGES),
});

export const seeingJobSchema = z.discriminatedUnion("task", [
  textJobSchema,
  imageJobSchema,
  documentJobSchema,
]);
export type SeeingJob = Camel<z.infer<typeof seeingJobSchema>>;

/** In JSON, unless some of its pictures come with it: then as a framed reply (framed-reply.ts), in the order of the jobs. */
export const seeingClaimSchema = z.object({
  lease_id: z.uuid(),
  jobs: z.array(seeingJobSchema).min(1).max(SEEING_BATCH_MOST),
});
export type SeeingClaim = Camel<z.infer<typeof seeingClaimSchema>>;

/** What was found on some pages of a document, the first of them the job's first. */
export const foundSchema = z.strictObject({
  page_count: z.number().int().min(1).max(DOCUMENT_MAX_PAGES),
  pages: z.array(documentPageSchema).min(1).max(PAGES_AT_ONCE),
});
export type FoundWire = z.infer<typeof foundSchema>;
export type Found = Camel<FoundWire>;

/** What became of one job: what was seen or found, or why nothing was. */
export const outcomeSchema = z.union([
  z.strictObject({ id: z.uuid(), seen: seenSchema }),
  z.strictObject({ id: z.uuid(), found: foundSchema }),
  z.strictObject({ id: z.uuid(), error: errorSchema }),
]);
export type SeeingOutcomeWire = z.infer<typeof outcomeSchema>;
export type SeeingOutcome = Camel<SeeingOutcomeWire>;

/** POST /api/worker/seeing/{id}/complete: jobs of the lease that are not among the outcomes are handed back. */
export const seeingCompleteInputSchema = z.strictObject({
  outcomes: z.array(outcomeSchema).max(SEEING_BATCH_MOST),
});
