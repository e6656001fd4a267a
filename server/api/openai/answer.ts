import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import type { z } from "zod";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { openAiImagesSchema } from "../../../src/contracts/openai-images.ts";
import { orphanObjects } from "../../db/schema.ts";
import type { Services } from "../../jobs/services.ts";
import type { GeneratedImageRow } from "../../jobs/submit.ts";
import { extensionOf } from "../../storage/object-store.ts";
import { untilOver, type Batch } from "../compat/draw-batch.ts";
import { pictureBytes } from "../compat/picture-bytes.ts";
import type { Plan } from "./plan.ts";

/** A drawn picture, waited for. @throws EaselError interrupted where it was cancelled meanwhile */
export async function drawnPicture(
  services: Services,
  id: string,
  signal: AbortSignal,
  onEvent?: Parameters<typeof untilOver>[3],
): Promise<GeneratedImageRow> {
  const row = await untilOver(services, id, signal, onEvent);
  if (row?.status === "succeeded") return row;
  throw new EaselError("interrupted", "The picture was cancelled.");
}

/** A URL of the picture as it was asked for. What was converted is an object of its own, as long as its URL lives. */
async function pictureUrl(
  services: Services,
  row: GeneratedImageRow,
  plan: Plan,
  origin: string,
): Promise<string> {
  const seconds = services.settings.RESULT_URL_SECONDS;
  const { bytes, asDrawn } = await pictureBytes(services, row, plan.output);
  let key = row.objectKey ?? "";
  if (!asDrawn) {
    const contentType = `image/${plan.output.format}`;
    key = `converted/${randomUUID()}/picture.${extensionOf(contentType)}`;
    await services.connection.database.insert(orphanObjects).values({
      objectKey: key,
      notBefore: sql`now() + ${seconds + 60} * interval '1 second'`,
    });
    await services.store.put(key, bytes, contentType);
  }
  return (await services.store.presignGet(key, { seconds, origin })).url;
}

/** Waits for the whole batch and answers it in OpenAI's form. */
export async function answerBatch(
  services: Services,
  batch: Batch,
  plan: Plan,
  terms: { origin: string; signal: AbortSignal },
): Promise<z.infer<typeof openAiImagesSchema>> {
  const data: { b64_json?: string; url?: string }[] = [];
  for (const id of batch.ids) {
    const row = await drawnPicture(services, id, terms.signal);
    if (plan.form === "url") data.push({ url: await pictureUrl(services, row, plan, terms.origin) });
    else {
      const { bytes } = await pictureBytes(services, row, plan.output);
      data.push({ b64_json: Buffer.from(bytes).toString("base64") });
    }
  }
  return { created: Math.floor(Date.now() / 1000), data, ...sayings(batch, plan) };
}

/** What an answer says of itself beside its pictures. */
export function sayings(batch: Batch, plan: Plan) {
  const { width, height, format } = plan.output;
  return {
    size: `${width}x${height}`,
    output_format: format,
    easel: {
      model: plan.request.model ?? "",
      drawn_size: plan.drawnSize,
      seeds: batch.seeds,
      ...(plan.note === undefined ? {} : { note: plan.note }),
    },
  };
}
