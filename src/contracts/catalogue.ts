import { z } from "zod";
import type { Camel } from "./casing.ts";
import { manifestSchema, modelPathSchema } from "./model.ts";

/** Where a catalogue's model comes from. */
export const modelSourceSchema = z.discriminatedUnion("kind", [
  /** This page's own server brings it along. */
  z.object({ kind: z.literal("app") }),
  /** A repository of a model hub, `owner/name`, at a branch, tag or commit. */
  z.object({ kind: z.literal("hub"), repository: z.string(), revision: z.string() }),
]);
export type ModelSource = Camel<z.infer<typeof modelSourceSchema>>;

/** What a model asks of a device: the verdict is made of it before a byte is fetched. */
const needsSchema = z.object({
  /**
   * Bytes of all files together, as listed when the entry was written; what is fetched is what the hub lists then.
   */
  about_bytes: z.number().int().positive(),
  /** Of these, the largest component: what memory has to hold at once when components are loaded in turn. */
  about_largest_component_bytes: z.number().int().positive(),
  /** Its largest single tensor, which a GPU has to bind as one buffer. */
  largest_tensor_bytes: z.number().int().positive(),
  /** Whether it computes in 16-bit floats, for which WebGPU needs `shader-f16`. */
  fp16: z.boolean(),
  /**
   * Multiply-adds of one pass of the denoiser and of the decoder at the default size, counted with PyTorch's
   * FlopCounterMode on the original's configuration; null: not counted.
   */
  denoiser_multiply_adds: z.number().positive().nullable(),
  decoder_multiply_adds: z.number().positive().nullable(),
});

/** A file of `models/catalogue`: a model that can be had, and what a user should know before. */
export const catalogueEntrySchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** A family that this version does not draw with yet is told so. */
  family: z.string(),
  source: modelSourceSchema,
  /** Of a repository with names of its own: the path that the family expects, and the one that the repository has. */
  renamed: z.array(z.object({ path: modelPathSchema, source_path: modelPathSchema })).default([]),
  /** Taken from elsewhere where the repository lacks it: another repository's file, or the few words of a setting. */
  supplements: z
    .array(
      z.object({
        path: modelPathSchema,
        from: z.union([
          z.object({ repository: z.string(), source_path: modelPathSchema }),
          z.object({ json: z.unknown() }),
        ]),
      }),
    )
    .default([]),
  licence: z.object({
    id: z.string(),
    name: z.string(),
    url: z.url(),
    attribution: z.string().optional(),
    /** What the terms ask for, in plain words. */
    terms: z.string(),
    /** Whether they are shown and accepted before the download. */
    accept: z.boolean(),
  }),
  defaults: manifestSchema.shape.defaults,
  sizes: manifestSchema.shape.sizes,
  size_rule: manifestSchema.shape.size_rule,
  needs: needsSchema,
});
/** As it is written: what has a default may be left out. */
export type CatalogueFile = z.input<typeof catalogueEntrySchema>;
export type CatalogueEntryWire = z.infer<typeof catalogueEntrySchema>;
export type CatalogueEntry = Camel<CatalogueEntryWire>;
export type ModelNeeds = CatalogueEntry["needs"];
