import { z } from "zod";
import type { Camel } from "./casing.ts";
import { manifestSchema } from "./model.ts";
import { SEEING_TASKS } from "./prediction.ts";
import { safetyRuleSchema } from "./safety.ts";

/**
 * What an installed model that sees says of itself: `seeing.json` in its folder. Digest and files as of a model that
 * draws, which has a `manifest.json` in its place.
 */
export const seeingManifestSchema = manifestSchema
  .pick({ id: true, name: true, revision: true, digest: true, description: true, licence: true, files: true })
  .extend({
    task: z.enum(SEEING_TASKS),
    /** What of its answers is unsafe: of a model for `image-safety`, and of no other. */
    unsafe: safetyRuleSchema.optional(),
  })
  .refine(({ task, unsafe }) => (task === "image-safety") === (unsafe !== undefined), {
    message: "A model for image-safety says which of its labels are unsafe, and no other does.",
    path: ["unsafe"],
  });
export type SeeingManifest = Camel<z.infer<typeof seeingManifestSchema>>;

export const SEEING_MANIFEST = "seeing.json";
