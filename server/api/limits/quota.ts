import { eq, sql } from "drizzle-orm";
import { EaselError } from "../../../src/contracts/errors.ts";
import { documents, generatedImages, shares, uploads } from "../../db/schema.ts";
import type { Services } from "../../jobs/services.ts";

/**
 * Refuses what an owner has no room for on this server. Pictures that are being drawn count once they are there: the
 * limits of the queue bound how far that can go.
 *
 * @param more bytes that are about to come
 * @throws EaselError quota_exceeded
 */
export async function assertQuota(services: Services, ownerId: string, more: number): Promise<void> {
  const most = services.settings.QUOTA_PER_OWNER_MB * 1e6;
  if (most === 0) return;
  const used =
    (await usedByPictures(services, ownerId)) +
    (await usedByUploads(services, ownerId)) +
    (await usedByLinks(services, ownerId)) +
    (await usedByDocuments(services, ownerId));
  if (used < most && used + more <= most) return;
  const [has, may] = [used, most].map((bytes) => (bytes / 1e6).toFixed(1));
  throw new EaselError(
    "quota_exceeded",
    `You have ${has} MB on this server, of the ${may} MB that are yours.`,
    {
      hint: "Delete pictures that you do not need on the server any more, or draw on this device.",
    },
  );
}

async function usedByPictures({ connection }: Services, ownerId: string): Promise<number> {
  const [row] = await connection.database
    .select({ bytes: sql<number>`coalesce(sum(${generatedImages.objectBytes}), 0)::float8` })
    .from(generatedImages)
    .where(eq(generatedImages.ownerId, ownerId));
  return row?.bytes ?? 0;
}

async function usedByUploads({ connection }: Services, ownerId: string): Promise<number> {
  const [row] = await connection.database
    .select({ bytes: sql<number>`coalesce(sum(${uploads.bytes}), 0)::float8` })
    .from(uploads)
    .where(eq(uploads.ownerId, ownerId));
  return row?.bytes ?? 0;
}

/** A link has its own copy. */
async function usedByLinks({ connection }: Services, ownerId: string): Promise<number> {
  const [row] = await connection.database
    .select({ bytes: sql<number>`coalesce(sum(${shares.bytes}), 0)::float8` })
    .from(shares)
    .where(eq(shares.ownerId, ownerId));
  return row?.bytes ?? 0;
}

async function usedByDocuments({ connection }: Services, ownerId: string): Promise<number> {
  const [row] = await connection.database
    .select({ bytes: sql<number>`coalesce(sum(${documents.bytes}), 0)::float8` })
    .from(documents)
    .where(eq(documents.ownerId, ownerId));
  return row?.bytes ?? 0;
}
