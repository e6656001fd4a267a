import { and, eq, inArray } from "drizzle-orm";
import { generatedImages } from "../db/schema.ts";
import { recordEvent } from "./events.ts";
import type { Services } from "./services.ts";
import { WAITING_EVENT } from "./waiting-event.ts";

/** Pictures in one transaction: each is an event and an announcement too. */
const AT_ONCE = 500;

/**
 * Sends the pictures that failed after their last attempt back to their queues, where their owners see them wait again.
 * Answers how many there were.
 */
export async function redrive({ queue, notifier, connection }: Services, atOnce = AT_ONCE): Promise<number> {
  const letters = await queue.deadLetters();
  let redriven = 0;
  for (let at = 0; at < letters.length; at += atOnce) {
    const some = letters.slice(at, at + atOnce);
    const ids = some.map(({ imageId }) => imageId);
    // In one transaction: no worker has a job whose picture still says that it failed.
    redriven += await connection.database.transaction(async (tx) => {
      const moved = await queue.redrive(tx, some);
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
      return moved;
    });
    for (const id of ids) notifier.wake({ picture: id });
    notifier.wake("jobs");
  }
  return redriven;
}
