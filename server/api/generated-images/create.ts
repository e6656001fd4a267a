import { createHash, randomInt } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { toCamel, toSnake } from "../../../src/contracts/casing.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { GeneratedImageWire } from "../../../src/contracts/generated-image.ts";
import { requestSchema, type RequestInputWire, type RequestWire } from "../../../src/contracts/request.ts";
import { LIMITS } from "../../../src/contracts/request-limits.ts";
import { completeRequest } from "../../../src/core/request/complete-request.ts";
import { uploads } from "../../db/schema.ts";
import type { Services } from "../../jobs/services.ts";
import { cacheKey } from "../../jobs/result-cache.ts";
import { assertQuota } from "../limits/quota.ts";

/** What draws where no model is named. */
export const DEFAULT_MODEL = "easel-mini";

/**
 * Fills the model's defaults in.
 *
 * @throws EaselError unknown_model, unsupported_size, invalid_request
 */
function complete(services: Services, input: RequestInputWire): RequestWire {
  const id = input.model ?? DEFAULT_MODEL;
  const manifest = services.models.find(id);
  if (manifest === undefined) {
    const known = services.models.all().map((model) => model.id);
    throw new EaselError("unknown_model", `This server has no model ${id}.`, {
      path: "model",
      hint: known.length === 0 ? "It has none at all yet." : `It has ${known.join(", ")}.`,
    });
  }
  const seed = () => randomInt(LIMITS.maxSeed + 1);
  return requestSchema.parse(toSnake(completeRequest(toCamel(input), manifest, seed)));
}

/** An init or mask image is one of the owner's own completed uploads. */
async function assertInputs(services: Services, ownerId: string, request: RequestWire): Promise<void> {
  for (const field of ["init_image", "mask_image"] as const) {
    const id = request[field];
    if (id === undefined) continue;
    const [upload] = /^[0-9a-f-]{36}$/.test(id)
      ? await services.connection.database
          .select({ completed: uploads.completed, purpose: uploads.purpose })
          .from(uploads)
          .where(and(eq(uploads.id, id), eq(uploads.ownerId, ownerId)))
      : [];
    // What is sealed for a private link is no picture to anybody without its key.
    if (upload?.completed !== true || upload.purpose === "private_share") {
      throw new EaselError("invalid_request", `${field}: you have no completed upload ${id}.`, {
        path: field,
      });
    }
  }
}

/** Who asks, and from which network address, as the limits count it. */
export interface Asker {
  ownerId: string;
  address: string;
}

/**
 * Makes a picture's row and job, once for each Idempotency-Key: a repetition gets the first reply again.
 *
 * @throws EaselError queue_full, quota_exceeded, idempotency_mismatch, unknown_model, unsupported_size, invalid_request
 */
export async function createGeneratedImage(
  services: Services,
  { ownerId, address }: Asker,
  input: RequestInputWire,
  idempotencyKey: string | undefined,
): Promise<GeneratedImageWire> {
  const idempotency =
    idempotencyKey === undefined ? undefined : { key: idempotencyKey, bodyHash: hashOf(input) };
  let request: RequestWire;
  try {
    request = complete(services, input);
    await assertQuota(services, ownerId, 0);
    await assertInputs(services, ownerId, request);
  } catch (refused) {
    // What was acknowledged stays so, although it would be refused now.
    const earlier = idempotency && (await services.submissions.repeated({ ownerId, ...idempotency }));
    if (earlier !== undefined) return earlier;
    throw refused;
  }
  await services.queue.ensure(request.model);

  const modelDigest = services.models.find(request.model)?.digest ?? "";
  const key = cacheKey(request, modelDigest);
  // A seed that was drawn just now is nobody else's.
  const fromCache = key !== undefined && input.seed !== undefined && services.settings.RESULT_CACHE;
  const { reply, created } = await services.submissions.submit({
    ownerId,
    address,
    request,
    modelDigest,
    cacheKey: key,
    fromCache,
    idempotency,
  });
  if (created) {
    if (fromCache)
      services.metrics.cacheAnswers.inc({ outcome: reply.status === "succeeded" ? "hit" : "miss" });
    const prompt = services.settings.LOG_PROMPTS ? { prompt: request.prompt } : {};
    services.log.info(
      { job: reply.id, owner: ownerId, model: request.model, ...prompt },
      "A picture was asked for.",
    );
  }
  return reply;
}

function hashOf(input: RequestInputWire): string {
  return createHash("sha256").update(JSON.stringify(input)).digest("hex");
}
