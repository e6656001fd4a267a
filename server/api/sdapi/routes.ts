import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import {
  sdapiErrorBodySchema,
  sdapiModelsSchema,
  sdapiOptionsInputSchema,
  sdapiOptionsSchema,
  sdapiPictureInputSchema,
  sdapiPicturesSchema,
  sdapiProgressSchema,
  sdapiSamplersSchema,
  sdapiSchedulersSchema,
  sdapiTextInputSchema,
  type SdapiTextInput,
} from "../../../src/contracts/sdapi.ts";
import type { RequestInputWire } from "../../../src/contracts/request.ts";
import type { GeneratedImageRow } from "../../jobs/submit.ts";
import { askForBatch, cancelBatch, untilOver, waitingSignal } from "../compat/draw-batch.ts";
import { pictureBytes } from "../compat/picture-bytes.ts";
import type { ApiContext } from "../context.ts";
import { addressOf } from "../limits/rate-limit.ts";
import { createRoutes, jsonBody, jsonReply } from "../routes.ts";
import {
  checkpointList,
  chooseCheckpoint,
  chosenCheckpoint,
  findCheckpoint,
  titleOf,
} from "./checkpoints.ts";
import { inputPictures } from "./input-pictures.ts";
import { infoOf } from "./info.ts";
import { planOf } from "./plan.ts";
import { batchProgress, unfinished } from "./running-batch.ts";
import { samplerList, schedulerList } from "./samplers.ts";

const errorReplies = {
  default: jsonReply(sdapiErrorBodySchema, "What went wrong, in AUTOMATIC1111's form."),
};
const PATH = "/sdapi/v1";

const textRoute = createRoute({
  method: "post",
  path: `${PATH}/txt2img`,
  summary: "Draw pictures of words and wait for them",
  request: { body: jsonBody(sdapiTextInputSchema) },
  responses: {
    200: jsonReply(
      sdapiPicturesSchema,
      "The pictures. A size that the model does not draw is drawn at the nearest of that shape and resized, which `easel` in `info` says.",
    ),
    ...errorReplies,
  },
});

const pictureRoute = createRoute({
  method: "post",
  path: `${PATH}/img2img`,
  summary: "Draw pictures of a picture, or anew where a mask is white, and wait for them",
  request: { body: jsonBody(sdapiPictureInputSchema) },
  responses: {
    200: jsonReply(sdapiPicturesSchema, "The pictures; `parameters` does not repeat those that came."),
    ...errorReplies,
  },
});

const progressRoute = createRoute({
  method: "get",
  path: `${PATH}/progress`,
  summary: "How far the caller's pictures are",
  request: { query: z.object({ skip_current_image: z.string().max(10).optional() }) },
  responses: { 200: jsonReply(sdapiProgressSchema, "0 when nothing is being drawn."), ...errorReplies },
});

const interruptRoute = createRoute({
  method: "post",
  path: `${PATH}/interrupt`,
  summary: "Cancel the caller's pictures that are not drawn yet",
  responses: {
    200: jsonReply(z.object({}), "Whoever waits for them gets those that were done."),
    ...errorReplies,
  },
});

const list = <Schema extends z.ZodType>(name: string, summary: string, schema: Schema) =>
  createRoute({
    method: "get",
    path: `${PATH}/${name}`,
    summary,
    responses: { 200: jsonReply(schema, "All of them."), ...errorReplies },
  });

const getOptionsRoute = createRoute({
  method: "get",
  path: `${PATH}/options`,
  summary: "What this caller has chosen",
  responses: { 200: jsonReply(sdapiOptionsSchema, "The options that there are here."), ...errorReplies },
});

const setOptionsRoute = createRoute({
  method: "post",
  path: `${PATH}/options`,
  summary: "Choose a model for this caller; other options are taken and left",
  request: { body: jsonBody(sdapiOptionsInputSchema) },
  responses: { 200: jsonReply(z.null(), "Chosen."), ...errorReplies },
});

/** AUTOMATIC1111's interface, as far as it makes pictures of words. Everything in it is the caller's own. */
export function sdapiRoutes() {
  /** The newest preview of each picture that a request here waits for, base64. */
  const previews = new Map<string, string>();

  /** Asks for a batch and waits for it. @param pictures what it is drawn from */
  async function draw(context: ApiContext, input: SdapiTextInput, pictures: Partial<RequestInputWire>) {
    const { services, ownerId } = context.var;
    const named = input.override_settings?.sd_model_checkpoint ?? "";
    const model = named === "" ? await chosenCheckpoint(services, ownerId) : findCheckpoint(services, named);
    const planned = planOf(model, input);
    const plan = { ...planned, request: { ...planned.request, ...pictures } };
    const signal = waitingSignal(services, context.req.raw.signal);
    const { ids } = await askForBatch(
      services,
      { ownerId, address: addressOf(context) },
      "sdapi",
      plan.request,
      plan.count,
    );
    const rows: GeneratedImageRow[] = [];
    const images: string[] = [];
    try {
      for (const id of ids) {
        const row = await untilOver(services, id, signal, (event) => {
          if (event.type === "step" && event.preview !== undefined)
            previews.set(id, event.preview.slice(event.preview.indexOf(",") + 1));
        });
        previews.delete(id);
        if (row?.status !== "succeeded") continue;
        rows.push(row);
        const { bytes } = await pictureBytes(services, row, plan.output);
        if (input.send_images !== false) images.push(Buffer.from(bytes).toString("base64"));
      }
    } catch (error) {
      // Nobody waits for the rest any more.
      await cancelBatch(services, ids);
      throw error;
    } finally {
      for (const id of ids) previews.delete(id);
    }
    return { images, info: infoOf(rows, plan) };
  }

  return createRoutes()
    .openapi(textRoute, async (context) => {
      const input = context.req.valid("json");
      return context.json({ ...(await draw(context, input, {})), parameters: input }, 200);
    })
    .openapi(pictureRoute, async (context) => {
      const input = context.req.valid("json");
      const { services, ownerId } = context.var;
      const pictures = await inputPictures(services, ownerId, input);
      // A second pass is of pictures of words; the pictures that came are not sent back.
      const answer = await draw(context, { ...input, enable_hr: false }, pictures);
      return context.json({ ...answer, parameters: { ...input, init_images: null, mask: null } }, 200);
    })
    .openapi(progressRoute, async (context) => {
      const { services, ownerId } = context.var;
      const skip = context.req.valid("query").skip_current_image?.toLowerCase() === "true";
      const progress = await batchProgress(services, ownerId, (id) => (skip ? undefined : previews.get(id)));
      return context.json(progress, 200);
    })
    .openapi(interruptRoute, async (context) => {
      const { services, ownerId } = context.var;
      const open = await unfinished(services, ownerId);
      await cancelBatch(
        services,
        open.map(({ id }) => id),
      );
      return context.json({}, 200);
    })
    .openapi(list("samplers", "The samplers by their names", sdapiSamplersSchema), (context) =>
      context.json(samplerList(), 200),
    )
    .openapi(list("schedulers", "The schedule types", sdapiSchedulersSchema), (context) =>
      context.json(schedulerList(), 200),
    )
    .openapi(list("sd-models", "The models of this server", sdapiModelsSchema), (context) =>
      context.json(checkpointList(context.var.services), 200),
    )
    .openapi(getOptionsRoute, async (context) => {
      const { services, ownerId } = context.var;
      const model = await chosenCheckpoint(services, ownerId);
      return context.json({ sd_model_checkpoint: titleOf(model), samples_format: "png" }, 200);
    })
    .openapi(setOptionsRoute, async (context) => {
      const { services, ownerId } = context.var;
      const name = context.req.valid("json").sd_model_checkpoint ?? "";
      if (name !== "") await chooseCheckpoint(services, ownerId, name);
      return context.json(null, 200);
    });
}
