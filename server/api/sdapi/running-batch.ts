import { and, desc, eq, inArray, sql } from "drizzle-orm";
import type { z } from "zod";
import type { sdapiProgressSchema } from "../../../src/contracts/sdapi.ts";
import { generatedImages } from "../../db/schema.ts";
import { lastEvent } from "../../jobs/events.ts";
import { queuePosition } from "../../jobs/queue-position.ts";
import type { Services } from "../../jobs/services.ts";
import type { GeneratedImageRow } from "../../jobs/submit.ts";
import { timestamp } from "./info.ts";

const batchId = sql<string>`${generatedImages.request} ->> 'batch_id'`;

/** The owner's pictures of this interface that are not over, newest first. */
export async function unfinished(services: Services, ownerId: string): Promise<GeneratedImageRow[]> {
  return services.connection.database
    .select()
    .from(generatedImages)
    .where(
      and(
        eq(generatedImages.ownerId, ownerId),
        inArray(generatedImages.status, ["queued", "running"]),
        sql`${batchId} like 'sdapi-%'`,
      ),
    )
    .orderBy(desc(generatedImages.createdAt));
}

type Progress = z.infer<typeof sdapiProgressSchema>;

const IDLE: Progress = {
  progress: 0,
  eta_relative: 0,
  state: {
    skipped: false,
    interrupted: false,
    stopping_generation: false,
    job: "",
    job_count: 0,
    job_timestamp: "0",
    job_no: 0,
    sampling_step: 0,
    sampling_steps: 0,
  },
  current_image: null,
  textinfo: null,
};

/** How far the owner's oldest unfinished batch is. `previewOf`: the newest preview that this process has seen. */
export async function batchProgress(
  services: Services,
  ownerId: string,
  previewOf: (id: string) => string | undefined,
): Promise<Progress> {
  const { database } = services.connection;
  const open = await unfinished(services, ownerId);
  const oldest = open.at(-1);
  const batch = oldest?.request.batch_id;
  if (oldest === undefined || batch === undefined) return IDLE;
  const rows = await database
    .select()
    .from(generatedImages)
    .where(and(eq(generatedImages.ownerId, ownerId), sql`${batchId} = ${batch}`));
  const done = rows.filter(({ status }) => status !== "queued" && status !== "running");
  const drawing = rows.find(({ status }) => status === "running");
  const event = drawing && (await lastEvent(database, drawing.id))?.event;
  const step = event?.type === "step" ? event : undefined;
  const eta = drawing === undefined ? (await queuePosition(database, oldest)).etaSeconds : step?.eta_seconds;
  const parts = rows.map((row) => (done.includes(row) ? 100 : row.progress));
  return {
    progress: parts.reduce((sum, part) => sum + part, 0) / (100 * rows.length),
    eta_relative: eta ?? 0,
    state: {
      ...IDLE.state,
      job: batch,
      job_count: rows.length,
      job_timestamp: timestamp(oldest.createdAt),
      job_no: done.length,
      sampling_step: step?.step ?? 0,
      sampling_steps: step?.steps ?? oldest.request.num_steps,
    },
    current_image: (drawing && previewOf(drawing.id)) ?? null,
    textinfo: null,
  };
}
