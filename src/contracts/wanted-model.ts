import { z } from "zod";
import type { Camel } from "./casing.ts";
import { errorSchema } from "./error-schema.ts";
import { manifestSchema, modelPathSchema, sha256Schema } from "./model.ts";
import { seeingModelSchema } from "./seeing-manifest.ts";

/** One file that is to be had, and what is known of it before its first byte. */
export const wantedFileSchema = z.object({
  path: modelPathSchema,
  /** Absolute, or a path of this page's origin, or a data: URL for the few words that a catalogue entry brings. */
  url: z.string(),
  size: z.number().int().positive(),
  /** null: published nowhere; what comes first is trusted, and recorded. */
  sha256: sha256Schema.nullable(),
  /** The object id that git gives a small file of a hub: SHA-1 over `blob SIZE\0` and the bytes. */
  git_oid: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .nullable(),
  /** What its SHA-256 was found to be, once it is here. */
  kept: sha256Schema.nullable(),
});

/** A model on its way into this browser; kept in the store, so that a reload or another tab goes on with it. */
export const wantedModelSchema = z.object({
  /** The manifest, but for what only the bytes tell: the hashes that nobody published, and so the digest. */
  model: z.union([manifestSchema.omit({ files: true, digest: true }), seeingModelSchema]),
  files: z.array(wantedFileSchema).min(1),
  state: z.enum(["running", "paused", "failed"]),
  /** Why it failed. */
  error: errorSchema.nullable(),
});
export type WantedModelWire = z.infer<typeof wantedModelSchema>;
export type WantedModel = Camel<WantedModelWire>;
export type WantedFile = WantedModel["files"][number];
