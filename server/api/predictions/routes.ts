import { createRoute } from "@hono/zod-openapi";
import {
  FEW_LABELS,
  imagePredictionSchema,
  MOST_LABELS,
  textPredictionInputSchema,
  textPredictionSchema,
} from "../../../src/contracts/prediction.ts";
import { see } from "../../jobs/seeing/ask.ts";
import { createRoutes, errorReplies, jsonBody, jsonReply } from "../routes.ts";
import { modelThatSees } from "../seeing-model.ts";
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

/** Everything below /api/predictions. The API only asks: workers hold the models, and decode (docs/adr/0124). */
export const predictionRoutes = createRoutes()
  .openapi(textRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { text } = context.req.valid("json");
    const model = modelThatSees(services, "text-classification");
    const { seen } = await see(services, { ownerId, model, input: { text } }, context.req.raw.signal);
    const scores = seen.map(({ label, score }) => ({ category: label, score }));
    return context.json(textPredictionSchema.parse({ category: scores[0]?.category, scores }), 200);
  })
  .openapi(imageRoute, async (context) => {
    const { services, ownerId } = context.var;
    const { file, top_k: topK } = context.req.valid("form");
    const model = modelThatSees(services, "image-classification");
    const labels = topK <= FEW_LABELS ? FEW_LABELS : MOST_LABELS;
    const input = { ...readPicture(file), labels };
    const { id, seen } = await see(services, { ownerId, model, input }, context.req.raw.signal);
    return context.json({ file_id: id, results: seen.slice(0, topK) }, 200);
  });
