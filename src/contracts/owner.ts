import { z } from "zod";

export const OWNER_COOKIE = "easel_owner";

/** POST /api/owners: the token is shown once and is hashed at rest. */
export const ownerCreatedSchema = z.object({ token: z.string() });
