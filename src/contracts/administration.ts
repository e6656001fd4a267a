import { z } from "zod";
import type { Camel } from "./casing.ts";
import { documentSchema } from "./document.ts";

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

/** How many of what there are many of an overview shows: the newest. */
export const OVERVIEW_MOST = 100;

/** GET /api/admin/overview: how the instance stands. No prompts: they are their owners' business. */
export const overviewSchema = z.object({
  queues: z.array(
    z.object({
      model: z.string(),
      waiting: z.number().int(),
      running: z.number().int(),
      /** Since the oldest of the waiting was asked for. */
      oldest_seconds: z.number().nullable(),
    }),
  ),
  /** Those that asked for work within a day, the one heard of last first. */
  workers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      version: z.string(),
      provider: z.string(),
      models: z.array(z.string()),
      last_seen_at: z.iso.datetime(),
      live: z.boolean(),
      running: z.number().int(),
    }),
  ),
  failed: z.array(
    z.object({
      id: z.uuid(),
      model: z.string(),
      code: z.string(),
      message: z.string(),
      attempts: z.number().int(),
      finished_at: z.iso.datetime(),
      /** It is a dead letter, which a redrive sends back to its queue. */
      redrivable: z.boolean(),
    }),
  ),
  /** The newest. No titles: they are their owners' business. */
  documents: z.array(
    documentSchema.pick({
      ...{ id: true, content_type: true, bytes: true, status: true, progress: true },
      ...{ page_count: true, error: true, created_at: true },
    }),
  ),
  cache: z.object({ pictures: z.number().int() }),
  storage: z.object({
    pictures: z.object({ objects: z.number().int(), bytes: z.number() }),
    uploads: z.object({ objects: z.number().int(), bytes: z.number() }),
    documents: z.object({ objects: z.number().int(), bytes: z.number() }),
    /** Their own copies; the bytes of links older than their counting are not in it. */
    shares: z.object({ objects: z.number().int(), bytes: z.number() }),
    /** Objects that nothing needs and that could not be deleted yet. */
    undeleted: z.object({ objects: z.number().int() }),
  }),
});
export type OverviewWire = z.infer<typeof overviewSchema>;
export type Overview = Camel<OverviewWire>;

/** POST /api/admin/redrive */
export const redrivenSchema = z.object({ redriven: z.number().int() });
