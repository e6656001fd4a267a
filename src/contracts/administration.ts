import { z } from "zod";
import type { Camel } from "./casing.ts";

/** POST /api/admin/tokens: whom the token is for, once among those that are not revoked. */
export const accessTokenInputSchema = z.strictObject({ name: z.string().trim().min(1).max(100) });

export const accessTokenSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  created_at: z.iso.datetime(),
  revoked_at: z.iso.datetime().nullable(),
});
export type AccessTokenWire = z.infer<typeof accessTokenSchema>;
export type AccessToken = Camel<AccessTokenWire>;

/** The token itself is shown once and is hashed at rest. */
export const accessTokenCreatedSchema = accessTokenSchema.extend({ token: z.string() });
export type AccessTokenCreatedWire = z.infer<typeof accessTokenCreatedSchema>;

export const accessTokenListSchema = z.object({ tokens: z.array(accessTokenSchema) });

/** DELETE /api/cache */
export const cacheForgottenSchema = z.object({ forgotten: z.number().int() });

/** POST /api/admin/backups: the copy's name below DATA_DIR/backups. */
export const backupMadeSchema = z.object({ name: z.string().regex(/^\w+$/) });
