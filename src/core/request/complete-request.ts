import { toSnake } from "../../contracts/casing.ts";
import { EaselError } from "../../contracts/errors.ts";
import type { Manifest } from "../../contracts/model.ts";
import { requestSchema } from "../../contracts/request.ts";
import type { GenerationRequest, RequestInput } from "../../contracts/request.ts";
import { requireScheduler } from "../schedulers/registry.ts";

/** What of a manifest decides over a request; the API's model resources have as much. */
type ModelOffer = Pick<Manifest, "id" | "revision" | "defaults" | "sizes">;

/** Fields that the contract knows and that nothing draws yet. */
const NOT_YET = [
  "variationSeed",
  "variationStrength",
  "initImage",
  "maskImage",
  "strength",
  "secondPass",
] as const;

/**
 * A request with nothing left open: what the input leaves out takes the model's defaults, the seed is drawn.
 * Page, API and workers all complete and check requests by this one function.
 * @param drawSeed gives a number in 0..4294967295; called only where the input has no seed
 * @throws EaselError `invalid_request` or `unsupported_size` with the field's wire path, `unknown_model`,
 *   `model_not_installed` where another revision is asked for.
 */
export function completeRequest(
  input: RequestInput,
  model: ModelOffer,
  drawSeed: () => number,
): GenerationRequest {
  const { defaults } = model;
  const complete: GenerationRequest = {
    ...input,
    negativePrompt: input.negativePrompt ?? "",
    promptSyntax: input.promptSyntax ?? "a1111",
    model: input.model ?? model.id,
    modelRevision: input.modelRevision ?? model.revision,
    numSteps: input.numSteps ?? defaults.numSteps,
    guidanceScale: input.guidanceScale ?? defaults.guidanceScale,
    scheduler: input.scheduler ?? defaults.scheduler,
    sigmas: input.sigmas ?? "default",
    seed: input.seed ?? drawSeed(),
    width: input.width ?? defaults.width,
    height: input.height ?? defaults.height,
  };
  requireDrawable(complete, model);
  return complete;
}

/**
 * Checks a complete request against the model that is to draw it.
 * @throws EaselError as {@link completeRequest} does.
 */
export function requireDrawable(request: GenerationRequest, model: ModelOffer): void {
  const parsed = requestSchema.safeParse(toSnake(request));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path.join(".") ?? "";
    throw new EaselError(
      "invalid_request",
      `${path === "" ? "The request" : path}: ${issue?.message ?? "is invalid"}`,
      { path },
    );
  }
  if (request.model !== model.id) {
    throw new EaselError(
      "unknown_model",
      `The model ${request.model} was asked for, but this is ${model.id}.`,
      { path: "model" },
    );
  }
  if (request.modelRevision !== undefined && request.modelRevision !== model.revision) {
    throw new EaselError(
      "model_not_installed",
      `Revision ${request.modelRevision} of ${model.id} was asked for, but ${model.revision} is installed.`,
      {
        path: "model_revision",
        hint: "Leave model_revision out to draw with the installed one; the picture may differ.",
      },
    );
  }
  if (!model.sizes.some(([width, height]) => width === request.width && height === request.height)) {
    const sizes = model.sizes.map(([width, height]) => `${width} x ${height}`).join(", ");
    throw new EaselError(
      "unsupported_size",
      `${model.id} can't draw ${request.width} x ${request.height} pixels.`,
      {
        path: model.sizes.some(([width]) => width === request.width) ? "height" : "width",
        hint: `It draws: ${sizes}.`,
      },
    );
  }
  requireScheduler(request.scheduler, request.sigmas);
  for (const field of NOT_YET) {
    if (request[field] === undefined) continue;
    const [path] = Object.keys(toSnake({ [field]: 0 }));
    throw new EaselError("invalid_request", `${path} can't be used yet.`, {
      path: path!,
      hint: `Leave ${path} out.`,
    });
  }
}
