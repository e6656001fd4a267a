import { and, eq, inArray } from "drizzle-orm";
import { generatedImages } from "../db/schema.ts";
import { recordEvent } from "./events.ts";
import type { Services } from "./services.ts";
import { WAITING_EVENT } from "./waiting-event.ts";

/**
 * Sends the pictures that failed after their last attempt back to their queues, where their owners see them wait again.
 * Answers how many there were.
 */
export async function redrive({ queue, notifier, connection }: Services): Promise<number> {
  const ids = await queue.deadLetters();
  if (ids.length === 0) return 0;
  const redriven = await queue.redrive();
  await connection.database.transaction(async (tx) => {
    // A worker may have one already: then it runs.
    const waiting = await tx
      .update(generatedImages)
      .set({ status: "queued", progress: 0, error: null, finishedAt: null })
      .where(and(inArray(generatedImages.id, ids), eq(generatedImages.status, "failed")))
      .returning({ id: generatedImages.id });
    for (const { id } of waiting) {
      await recordEvent(tx, id, WAITING_EVENT);
      await notifier.announce(tx, { picture: id });
    }
    await notifier.announce(tx, "jobs");
  });
  for (const id of ids) notifier.wake({ picture: id });
  notifier.wake("jobs");
  return redriven;
}
