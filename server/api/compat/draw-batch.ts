import { randomInt, randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { ProgressWire } from "../../../src/contracts/progress.ts";
import type { RequestInputWire } from "../../../src/contracts/request.ts";
import { LIMITS } from "../../../src/contracts/request-limits.ts";
import { generatedImages } from "../../db/schema.ts";
import { cancelOrRemove } from "../../jobs/cancel.ts";
import { lastEvent } from "../../jobs/events.ts";
import type { Services } from "../../jobs/services.ts";
import type { GeneratedImageRow } from "../../jobs/submit.ts";
import { Waiter } from "../../jobs/waiter.ts";
import { createGeneratedImage, type Asker } from "../generated-images/create.ts";
import { endsStream } from "../generated-images/event-stream.ts";

/** Besides being woken: another API server's words may not reach this one. */
const POLL_MILLISECONDS = 1000;

/** Pictures asked for together by a foreign client, which waits for them in one request. */
export interface Batch {
  ids: string[];
  seeds: number[];
}

async function rowOf(services: Services, id: string): Promise<GeneratedImageRow | undefined> {
  const { database } = services.connection;
  const [row] = await database.select().from(generatedImages).where(eq(generatedImages.id, id));
  return row;
}

/** Cancels what of a batch is not over; what is drawn stays. */
export async function cancelBatch(services: Services, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const row = await rowOf(services, id);
    if (row?.status === "queued" || row?.status === "running") await cancelOrRemove(services, row);
  }
}

/**
 * Asks for `count` pictures with seeds that follow each other, all of them or none.
 *
 * @param kind the interface that asks; the batch's id begins with it
 * @throws EaselError as {@link createGeneratedImage} does
 */
export async function askForBatch(
  services: Services,
  asker: Asker,
  kind: "openai" | "sdapi",
  input: RequestInputWire,
  count: number,
): Promise<Batch> {
  const batchId = `${kind}-${randomUUID()}`;
  const first = input.seed ?? randomInt(LIMITS.maxSeed + 1);
  const batch: Batch = { ids: [], seeds: [] };
  try {
    for (let index = 0; index < count; index++) {
      const seed = (first + index) % (LIMITS.maxSeed + 1);
      const one = { ...input, seed, batch_id: batchId };
      batch.ids.push((await createGeneratedImage(services, asker, one, undefined)).id);
      batch.seeds.push(seed);
    }
  } catch (error) {
    await cancelBatch(services, batch.ids);
    throw error;
  }
  return batch;
}

/** How long a foreign client's request waits: until it hangs up, its time is over, or the server stops. */
export function waitingSignal(services: Services, client: AbortSignal): AbortSignal {
  const limit = AbortSignal.timeout(services.settings.COMPAT_WAIT_SECONDS * 1000);
  return AbortSignal.any([client, services.stopping, limit]);
}

/**
 * Waits until a picture is over.
 *
 * @returns its row, with status succeeded or cancelled; undefined where it was removed meanwhile
 * @throws EaselError the picture's own failure; timed_out when `signal` ends the wait
 */
export async function untilOver(
  services: Services,
  id: string,
  signal: AbortSignal,
  onEvent: (event: ProgressWire) => void = () => {},
): Promise<GeneratedImageRow | undefined> {
  const waiter = new Waiter();
  const wake = () => waiter.wake();
  const stopWatching = services.hub.onPicture(id, wake);
  const stopPreviews = services.hub.onPreview(id, onEvent);
  signal.addEventListener("abort", wake);
  try {
    while (!signal.aborted) {
      const last = await lastEvent(services.connection.database, id);
      if (last === undefined) return undefined;
      if (last.event.type === "failed") throw EaselError.fromFailure(last.event.error);
      if (endsStream(last.event)) return await rowOf(services, id);
      await waiter.wait(POLL_MILLISECONDS);
    }
  } finally {
    stopWatching();
    stopPreviews();
    signal.removeEventListener("abort", wake);
  }
  throw new EaselError("timed_out", "The picture was not drawn in the time that a request may take.", {
    hint: "The queue is long, or no worker is there; POST /api/generated-images waits without holding a request.",
  });
}
