import { z } from "zod";
import type { Camel } from "./casing.ts";
import { LIMITS } from "./request-limits.ts";

/**
 * POST /api/shares: a link to a picture drawn on the server (`generated_image_id`) or uploaded from the browser
 * (`upload_id`, with the `prompt` that the page shows). Exactly one of the two ids. An upload for a `private_share`
 * makes a private link, which takes no prompt: what it shows is encrypted.
 */
export const shareInputSchema = z
  .strictObject({
    generated_image_id: z.uuid().optional(),
    upload_id: z.uuid().optional(),
    prompt: z.string().max(LIMITS.promptCharacters).optional(),
    /** Seconds from now; absent: for ever. */
    expires_in: z
      .number()
      .int()
      .positive()
      .max(365 * 24 * 3600)
      .optional(),
    show_prompt: z.boolean().optional(),
  })
  .refine((input) => (input.generated_image_id === undefined) !== (input.upload_id === undefined), {
    message: "Exactly one of generated_image_id and upload_id is needed.",
  });
export type ShareInput = Camel<z.infer<typeof shareInputSchema>>;

export const shareSchema = z.object({
  id: z.uuid(),
  slug: z.string(),
  url: z.url(),
  /** Only the whole link, with what its maker added behind a #, shows the picture. */
  private: z.boolean(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
});
export type Share = Camel<z.infer<typeof shareSchema>>;
export const shareListSchema = z.object({ shares: z.array(shareSchema) });
