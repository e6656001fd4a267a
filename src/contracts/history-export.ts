import { z } from "zod";
import type { Camel } from "./casing.ts";
import { gridSchema } from "./grid.ts";
import { noticesSchema, resultSchema } from "./progress.ts";
import { requestSchema } from "./request.ts";

const albumSchema = z.object({
  id: z.uuid(),
  name: z.string().min(1).max(80),
  created_at: z.iso.datetime(),
});

/** `easel.json`, which makes a zip an export of Easel's history. */
export const historyExportSchema = z.object({
  format: z.literal("easel-history"),
  version: z.literal(1),
  exported_at: z.iso.datetime(),
  albums: z.array(albumSchema),
});
export type HistoryExport = Camel<z.infer<typeof historyExportSchema>>;

/**
 * The JSON beside each picture: with `request` and the model anyone draws it again. `id` is the picture's on every
 * device, so that it is never imported twice. Links and the server's copies belong to a browser and do not travel. The
 * pictures that `init_image` and `mask_image` name lie in the folder `inputs`, under their SHA-256.
 */
export const pictureSidecarSchema = z.object({
  id: z.uuid(),
  /** The picture's file, beside this one. */
  file: z.string().min(1).max(300),
  created_at: z.iso.datetime(),
  request: requestSchema,
  result: resultSchema.nullable(),
  where: z.string().max(40),
  drawn_by: z.string().max(1000).nullable(),
  notices: noticesSchema,
  starred: z.boolean(),
  albums: z.array(z.uuid()),
  /** The picture that it came from, in this export or not. */
  parent: z.uuid().nullable().optional(),
  /** Where it is a grid: what its pictures differ in, and which they are. */
  grid: gridSchema.optional(),
});
export type PictureSidecar = Camel<z.infer<typeof pictureSidecarSchema>>;
