import { createRoute } from "@hono/zod-openapi";
import { EaselError } from "../../../src/contracts/errors.ts";
import {
  imagePredictionSchema,
  textPredictionInputSchema,
  textPredictionSchema,
  type SeeingTask,
} from "../../../src/contracts/prediction.ts";
import { see } from "../../jobs/seeing/ask.ts";
import type { Services } from "../../jobs/services.ts";
import type { SeeingModel } from "../../models/seeing-shelf.ts";
import { createRoutes, errorReplies, jsonBody, jsonReply } from "../routes.ts";
import { imageFormSchema, readPicture } from "./image-form.ts";

const imageRoute = createRoute({
  method: "post",
  path: "/api/predictions/image",
  summary: "What is in a picture",
  request: { body: { required: true, content: { "multipart/form-data": { schema: imageFormSchema } } } },
  responses: {
    200: jsonReply(
      imagePredictionSchema,
      "The likeliest labels. `label_zh` is null where the model has no Chinese.",
    ),
    ...errorReplies,
  },
});

const textRoute = createRoute({
  method: "post",
  path: "/api/predictions/text",
  summary: "What a text is about",
  request: { body: jsonBody(textPredictionInputSchema) },
  responses: {
    200: jsonReply(textPredictionSchema, "The likeliest category, and the share of each."),
    ...errorReplies,
  },
});

const MISSING: Readonly<Record<SeeingTask, { message: string; hint: string }>> = Object.freeze({
  "text-classification": {
    message: "This server has no model that tells what a text is about.",
    hint: "It comes with Easel, as models/easel-eyes: install Easel anew, whole.",
  },
  "image-classification": {
    message: "This server has no model that recognises pictures.",
    hint: "Whoever runs it adds one with `easel model add`: an image classifier in the Hugging Face layout, as ONNX.",
  },
});

/** The server's model for a task. @throws EaselError model_not_installed */
function modelFor({ seeing }: Services, task: SeeingTask): SeeingModel {
  const model = seeing.find(task);
  if (model !== undefined) return model;
  const { message, hint } = MISSING[task];
  throw new EaselError("model_not_installed", message, { hint });
}

/** Everything below /api/predictions. The API only asks: workers hold the models, and decode (docs/adr/0124). */
export const predictionRoutes = createRoutes()
  .openapi(textRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { text } = context.req.valid("json");
    const model = modelFor(services, "text-classification");
    const { seen } = await see(services, { ownerId, model, input: { text } }, context.req.raw.signal);
    const scores = seen.map(({ label, score }) => ({ category: label, score }));
    return context.json(textPredictionSchema.parse({ category: scores[0]?.category, scores }), 200);
  })
  .openapi(imageRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { file, top_k: topK } = context.req.valid("form");
    const model = modelFor(services, "image-classification");
    const input = await readPicture(file);
    const { id, seen } = await see(services, { ownerId, model, input }, context.req.raw.signal);
    return context.json({ file_id: id, results: seen.slice(0, topK) }, 200);
  });
