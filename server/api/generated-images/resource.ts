import { and, eq } from "drizzle-orm";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { GeneratedImageWire } from "../../../src/contracts/generated-image.ts";
import type { Database } from "../../db/connect.ts";
import { generatedImages } from "../../db/schema.ts";
import { queuePosition, type QueuePosition } from "../../jobs/queue-position.ts";
import type { GeneratedImageRow, ShownPicture } from "../../jobs/submit.ts";

/** `a-red-apple-42.png`: the prompt's first words, then the seed. */
export function fileName(prompt: string, seed: number): string {
  const words = prompt
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return `${words === "" ? "picture" : words}-${seed}.png`;
}

/** The resource of a row, as it stands now. */
export async function toResource(database: Database, row: GeneratedImageRow): Promise<GeneratedImageWire> {
  return resourceOf(row, row.status === "queued" ? await queuePosition(database, row) : undefined);
}

/** The resource of a row whose position, if it waits, is known. */
export function resourceOf(row: ShownPicture, waiting: QueuePosition | undefined): GeneratedImageWire {
  return {
    ...row.request,
    id: row.id,
    status: row.status,
    progress: row.progress,
    queue_position: waiting?.position ?? null,
    eta_seconds: waiting?.etaSeconds ?? null,
    created_at: row.createdAt.toISOString(),
    file_name: row.status === "succeeded" ? fileName(row.request.prompt, row.request.seed) : null,
    error: row.error,
    model_digest: row.status === "succeeded" ? row.modelDigest : null,
    provider: row.provider,
  };
}

/**
 * The owner's own picture.
 *
 * @throws EaselError not_found, also for another owner's: whether it exists is no one else's business.
 */
export async function findOwn(database: Database, ownerId: string, id: string): Promise<GeneratedImageRow> {
  const [row] = await database
    .select()
    .from(generatedImages)
    .where(and(eq(generatedImages.id, id), eq(generatedImages.ownerId, ownerId)));
  if (row === undefined) throw new EaselError("not_found", "You have no picture with this id.");
  return row;
}
