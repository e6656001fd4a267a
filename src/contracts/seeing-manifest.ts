import { z } from "zod";
import type { Camel } from "./casing.ts";
import { manifestSchema } from "./model.ts";
import { SEEING_TASKS } from "./prediction.ts";
import { safetyRuleSchema } from "./safety.ts";

const described = manifestSchema
  .pick({ id: true, name: true, revision: true, description: true, licence: true })
  .extend({
    task: z.enum(SEEING_TASKS),
    /** What of its answers is unsafe: of a model for `image-safety`, and of no other. */
    unsafe: safetyRuleSchema.optional(),
  });

const ruleWhereNeeded = ({ task, unsafe }: z.infer<typeof described>): boolean =>
  (task === "image-safety") === (unsafe !== undefined);

const RULE_NEEDED = {
  message: "A model for image-safety says which of its labels are unsafe, and no other does.",
  path: ["unsafe"],
};

/** A model that sees, before its bytes are here. */
export const seeingModelSchema = described.refine(ruleWhereNeeded, RULE_NEEDED);

/**
 * What an installed model that sees says of itself: `seeing.json` in its folder. Digest and files as of a model that
 * draws, which has a `manifest.json` in its place.
 */
export const seeingManifestSchema = described
  .extend({ digest: manifestSchema.shape.digest, files: manifestSchema.shape.files })
  .refine(ruleWhereNeeded, RULE_NEEDED);
export type SeeingManifest = Camel<z.infer<typeof seeingManifestSchema>>;

export const SEEING_MANIFEST = "seeing.json";
