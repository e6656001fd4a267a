import { z } from "zod";
import type { Camel } from "./casing.ts";
import { sha256Schema } from "./upload.ts";

/** From this share on a picture counts as unsafe, where nobody has said another. */
export const SAFETY_THRESHOLD = 0.5;

/** Which of a safety model's labels are unsafe, and from which share on, 0..1, all of them together. */
export const safetyRuleSchema = z.strictObject({
  labels: z.array(z.string().min(1).max(200)).min(1).max(100),
  threshold: z.number().gt(0).lte(1),
});
export type SafetyRule = z.infer<typeof safetyRuleSchema>;

/** Why a picture is unsafe: the likeliest of the unsafe labels, and the share of all of them together. */
export interface UnsafeLabel {
  label: string;
  score: number;
}

/** A rule with the model that it is for, by the digest of its files. */
export const safetySchema = safetyRuleSchema.extend({ digest: sha256Schema });
export type Safety = Camel<z.infer<typeof safetySchema>>;
