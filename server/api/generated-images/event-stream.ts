import { eq } from "drizzle-orm";
import type { SSEStreamingApi } from "hono/streaming";
import type { ProgressWire } from "../../../src/contracts/progress.ts";
import { generatedImages } from "../../db/schema.ts";
import { eventsAfter, lastEvent, type NumberedEvent } from "../../jobs/events.ts";
import { queuePosition } from "../../jobs/queue-position.ts";
import type { Services } from "../../jobs/services.ts";
import type { GeneratedImageRow } from "../../jobs/submit.ts";
import { Waiter } from "../../jobs/waiter.ts";

/** Besides being woken: the embedded database tells other processes nothing. */
const POLL_MILLISECONDS = 1000;
const KEEP_ALIVE_MILLISECONDS = 15_000;

export function endsStream(event: ProgressWire): boolean {
  return event.type === "succeeded" || event.type === "failed" || event.type === "cancelled";
}

/**
 * Tells a picture's progress until it is over: first what came after `lastEventId`, or without it the present
 * state; then every new event. A failed picture that is drawn again goes on telling in a new stream.
 */
export async function streamEvents(
  services: Services,
  row: GeneratedImageRow,
  lastEventId: number | undefined,
  stream: SSEStreamingApi,
): Promise<void> {
  const waiter = new Waiter();
  const stopWatching = services.hub.onPicture(row.id, () => waiter.wake());
  const stopPreviews = services.hub.onPreview(row.id, (event) => {
    void stream.writeSSE({ data: JSON.stringify(event) });
  });
  stream.onAbort(() => waiter.wake());
  const onStopping = () => waiter.wake();
  services.stopping.addEventListener("abort", onStopping);
  try {
    await stream.write("retry: 1000\n\n");
    await follow(services, row, lastEventId, stream, waiter);
  } finally {
    stopWatching();
    stopPreviews();
    services.stopping.removeEventListener("abort", onStopping);
  }
}

async function follow(
  services: Services,
  row: GeneratedImageRow,
  lastEventId: number | undefined,
  stream: SSEStreamingApi,
  waiter: Waiter,
): Promise<void> {
  const { database } = services.connection;
  let last = lastEventId;
  let toldWaiting = "";
  let quietSince = Date.now();
  while (!stream.aborted && !services.stopping.aborted) {
    const events =
      last === undefined ? await presentState(services, row.id) : await eventsAfter(database, row.id, last);
    const now = await currentRow(services, row.id);
    if (now === undefined) return;
    const waiting = now.status === "queued" ? await waitingEvent(services, now) : undefined;
    for (const { id, event } of events) {
      const told = event.type === "queued" && waiting !== undefined ? waiting : event;
      if (told === waiting) toldWaiting = JSON.stringify(waiting);
      await stream.writeSSE({ id: String(id), data: JSON.stringify(told) });
      last = id;
      quietSince = Date.now();
      if (endsStream(event)) return;
    }
    if (waiting !== undefined && JSON.stringify(waiting) !== toldWaiting) {
      toldWaiting = JSON.stringify(waiting);
      await stream.writeSSE({ data: toldWaiting });
    }
    if (Date.now() - quietSince > KEEP_ALIVE_MILLISECONDS) {
      quietSince = Date.now();
      await stream.write(": still here\n\n");
    }
    await waiter.wait(POLL_MILLISECONDS);
  }
}

async function presentState(services: Services, id: string): Promise<NumberedEvent[]> {
  const last = await lastEvent(services.connection.database, id);
  return last === undefined ? [] : [last];
}

async function currentRow(services: Services, id: string): Promise<GeneratedImageRow | undefined> {
  const [row] = await services.connection.database
    .select()
    .from(generatedImages)
    .where(eq(generatedImages.id, id));
  return row;
}

async function waitingEvent(services: Services, row: GeneratedImageRow): Promise<ProgressWire> {
  const { position, etaSeconds } = await queuePosition(services.connection.database, row);
  return { type: "queued", position, eta_seconds: etaSeconds };
}
