import type { GenerationRequest } from "../../contracts/request.ts";
import type { Job } from "../../history/database.ts";
import { m } from "../../paraglide/messages.js";
import { easel } from "../easel.ts";
import { drawSeed } from "../studio/draw-seed.ts";

/** Has a picture drawn that comes of another one, from the same pictures if it has any. */
export async function askFollowUp(parent: Job, changed: GenerationRequest): Promise<void> {
  const { catalogue, fields, history, studio, toasts, wall } = easel;
  const model = catalogue.find(changed.model);
  if (model === undefined) {
    toasts.say(m.picture_model_gone({ model: changed.model }));
    return;
  }
  await wall.attempt(async () => {
    const { completeRequest } = await import("../../core/request/complete-request.ts");
    const request = completeRequest({ ...changed, modelRevision: undefined }, model, drawSeed);
    const inputs = await history.inputs.of(request);
    void studio.draw(request, fields.values.where, { inputs, parentId: parent.id });
    wall.close();
    window.scrollTo({ top: 0, behavior: "smooth" });
    toasts.say(m.picture_asked());
  });
}
