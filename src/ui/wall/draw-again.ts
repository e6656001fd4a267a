import { asFailure, EaselError } from "../../contracts/errors.ts";
import { WHERE } from "../../generation/choose-place.ts";
import type { Job } from "../../history/database.ts";
import { m } from "../../paraglide/messages.js";
import { easel } from "../easel.ts";
import { drawSeed } from "../studio/draw-seed.ts";

/** Draws a job without a picture once more, with the same seed; once there is one, the old row goes (R27). */
export async function drawAgain(job: Job): Promise<void> {
  const { catalogue, studio, toasts, wall, history } = easel;
  const model = catalogue.find(job.request.model);
  if (model === undefined) {
    toasts.say(m.picture_model_gone({ model: job.request.model }));
    return;
  }
  wall.close();
  window.scrollTo({ top: 0, behavior: "smooth" });
  try {
    if (job.grid !== undefined) {
      const { drawGridAgain } = await import("../grid/draw-grid.ts");
      if (!(await drawGridAgain(job))) return;
      return await forget(job);
    }
    const { completeRequest } = await import("../../core/request/complete-request.ts");
    // The model may have been renewed since: its present revision draws.
    const request = completeRequest({ ...job.request, modelRevision: undefined }, model, drawSeed);
    const where = WHERE.find((one) => one === job.where) ?? "auto";
    const source = { inputs: await history.inputs.of(request), parentId: job.parentId };
    if (request.initImage !== undefined && source.inputs.initImage === undefined) throw inputGone();
    if (!(await studio.draw(request, where, source))) return;
  } catch (thrown) {
    toasts.say(asFailure(thrown).message);
    return;
  }
  await forget(job);
}

async function forget({ id }: Job): Promise<void> {
  await easel.history.delete([id]);
  await easel.history.sweep([id]);
}

/** An import without it, or a disk that was full when it was asked for. */
function inputGone(): EaselError {
  return new EaselError(
    "not_found",
    "The picture that this one starts from is not in this browser any more.",
  );
}
