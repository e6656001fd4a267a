import { z } from "zod";
import type { Camel } from "./casing.ts";
import { manifestSchema } from "./model.ts";
import { SEEING_TASKS } from "./prediction.ts";

/**
 * What an installed model that sees says of itself: `seeing.json` in its folder. Digest and files as of a model that
 * draws, which has a `manifest.json` in its place.
 */
export const seeingManifestSchema = manifestSchema
  .pick({ id: true, name: true, revision: true, digest: true, description: true, licence: true, files: true })
  .extend({ task: z.enum(SEEING_TASKS) });
export type SeeingManifest = Camel<z.infer<typeof seeingManifestSchema>>;

export const SEEING_MANIFEST = "seeing.json";
