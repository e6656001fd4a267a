import { z } from "zod";
import type { Camel } from "./casing.ts";
import { errorSchema } from "./error-schema.ts";
import { UPLOAD_CONTENT_TYPES } from "./upload.ts";

export const DOCUMENT_CONTENT_TYPES = [...UPLOAD_CONTENT_TYPES, "application/pdf"] as const;
export type DocumentContentType = (typeof DOCUMENT_CONTENT_TYPES)[number];
/** A picture's own limit (upload.ts) is lower. */
export const DOCUMENT_MAX_BYTES = 20 * 1024 * 1024;
export const DOCUMENT_MAX_PAGES = 200;
/** More things of a page are neither told nor kept: the surest stay. */
export const MOST_THINGS = 100;
/** A worker answers at most so many pages at once. */
export const PAGES_AT_ONCE = 8;

/** What people call it. */
export const titleSchema = z.string().trim().min(1).max(200);

/** Pixels of its page as it was looked at, from the upper left corner; it may reach a little beyond the page. */
const boxSchema = z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() });

/** `label_zh` is null where the model's files have no Chinese. */
export const thingSchema = z.object({
  label: z.string(),
  label_zh: z.string().nullable(),
  score: z.number().min(0).max(1),
  box: boxSchema,
});

/** One page and the things on it, the surest first. */
export const documentPageSchema = z.object({
  /** 1 for the first. */
  page: z.number().int().min(1).max(DOCUMENT_MAX_PAGES),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  things: z.array(thingSchema).max(MOST_THINGS),
});
export type DocumentPageWire = z.infer<typeof documentPageSchema>;
export type DocumentPage = Camel<DocumentPageWire>;

export const DOCUMENT_STATUSES = ["queued", "running", "succeeded", "failed"] as const;

/** The resource behind /api/documents/{id}, without its pages. */
export const documentSchema = z.object({
  id: z.uuid(),
  title: z.string(),
  content_type: z.enum(DOCUMENT_CONTENT_TYPES),
  bytes: z.number().int(),
  status: z.enum(DOCUMENT_STATUSES),
  /** Per cent of the pages, 0 to 100. */
  progress: z.number().int().min(0).max(100),
  /** Null until a worker has looked. */
  page_count: z.number().int().nullable(),
  pages_done: z.number().int(),
  /** What it is looked through with. */
  model: z.string(),
  error: errorSchema.nullable(),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
export type DocumentWire = z.infer<typeof documentSchema>;

/** GET /api/documents/{id}: those pages too that are done, in their order. */
export const documentWithPagesSchema = documentSchema.extend({ pages: z.array(documentPageSchema) });

export const documentListSchema = z.object({
  documents: z.array(documentSchema),
  /** Pass it back as `cursor` for the next page; null on the last. */
  next_cursor: z.string().nullable(),
});
