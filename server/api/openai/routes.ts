import { createRoute } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { EaselError } from "../../../src/contracts/errors.ts";
import {
  openAiErrorBodySchema,
  openAiImageInputSchema,
  openAiImagesSchema,
  openAiModelListSchema,
  openAiModelSchema,
  type OpenAiImageInput,
} from "../../../src/contracts/openai-images.ts";
import type { ApiContext } from "../context.ts";
import { askForBatch, cancelBatch, waitingSignal } from "../compat/draw-batch.ts";
import { addressOf } from "../limits/rate-limit.ts";
import { publicOrigin } from "../request-origin.ts";
import { createRoutes, jsonBody, jsonReply } from "../routes.ts";
import { answerBatch } from "./answer.ts";
import { editInputs, readEditForm } from "./edit-form.ts";
import { planOf, type Plan } from "./plan.ts";
import { streamBatch } from "./stream.ts";

const errorReplies = { default: jsonReply(openAiErrorBodySchema, "What went wrong, in OpenAI's form.") };

const imagesRoute = createRoute({
  method: "post",
  path: "/v1/images/generations",
  summary: "Draw one to ten pictures and wait for them",
  request: { body: jsonBody(openAiImageInputSchema) },
  responses: {
    200: {
      description:
        "The pictures. A size that the model does not draw is drawn at the nearest of that shape and resized, which `easel.note` says. With `stream`: server-sent events.",
      content: {
        "application/json": { schema: openAiImagesSchema },
        "text/event-stream": { schema: z.string() },
      },
    },
    ...errorReplies,
  },
});

const modelsRoute = createRoute({
  method: "get",
  path: "/v1/models",
  summary: "The models of this server",
  responses: { 200: jsonReply(openAiModelListSchema, "All of them."), ...errorReplies },
});

const modelRoute = createRoute({
  method: "get",
  path: "/v1/models/{model}",
  summary: "One model",
  request: { params: z.object({ model: z.string() }) },
  responses: { 200: jsonReply(openAiModelSchema, "It is there."), ...errorReplies },
});

/** The interface asks for a time; ours have none, so that it is the same on every server. */
const CREATED = 0;

function toModel(id: string): z.infer<typeof openAiModelSchema> {
  return {
    id,
    object: "model",
    created: CREATED,
    owned_by: id.includes("/") ? (id.split("/")[0] ?? "") : "easel",
  };
}

/** Has the plan drawn and answers when it is, or streams what becomes of it. */
async function answer(
  context: ApiContext,
  input: Pick<OpenAiImageInput, "stream" | "partial_images">,
  plan: Plan,
  kind: "image_generation" | "image_edit",
) {
  const { services, ownerId } = context.var;
  const signal = waitingSignal(services, context.req.raw.signal);
  const asker = { ownerId, address: addressOf(context) };
  const batch = await askForBatch(services, asker, "openai", plan.request, plan.count);
  if (input.stream === true) {
    context.header("Cache-Control", "no-store");
    context.header("X-Accel-Buffering", "no");
    const terms = { kind, partials: input.partial_images ?? 0, signal };
    return streamSSE(context, (stream) => streamBatch(services, batch, plan, terms, stream));
  }
  try {
    const origin = publicOrigin(context.req.raw, services.settings);
    return context.json(await answerBatch(services, batch, plan, { origin, signal }), 200);
  } catch (error) {
    // Nobody waits for the rest any more.
    await cancelBatch(services, batch.ids);
    throw error;
  }
}

/** OpenAI's image API. Edits come as a form with files, which PLAIN_ROUTES describes. */
export const openAiRoutes = createRoutes()
  .openapi(imagesRoute, async (context) => {
    const input = context.req.valid("json");
    return answer(context, input, planOf(context.var.services, input), "image_generation");
  })
  .openapi(modelsRoute, (context) => {
    const { models } = context.var.services;
    return context.json({ object: "list" as const, data: models.all().map(({ id }) => toModel(id)) }, 200);
  })
  .openapi(modelRoute, (context) => {
    // A client sends an id's slash encoded.
    const { model } = context.req.valid("param");
    if (context.var.services.models.find(model) === undefined)
      throw new EaselError("unknown_model", `The model ${model} does not exist on this server.`, {
        path: "model",
      });
    return context.json(toModel(model), 200);
  });

openAiRoutes.post("/v1/images/edits", async (context) => {
  const { services, ownerId } = context.var;
  const form = await readEditForm(context);
  const plan = planOf(services, form.input);
  const request = { ...plan.request, ...(await editInputs(services, ownerId, form)) };
  return answer(context, form.input, { ...plan, request }, "image_edit");
});
