import { toSnake } from "../../contracts/casing.ts";
import { EaselError } from "../../contracts/errors.ts";
import type { Manifest } from "../../contracts/model.ts";
import type { GenerationRequest, RequestInput } from "../../contracts/request.ts";
import { hasComponent } from "../runtime/component-files.ts";
import { requireScheduler } from "../schedulers/kinds.ts";
import { passesOf } from "./passes.ts";
import { requireSize } from "./size.ts";

/** What of a manifest decides over a request. The API's model resources have as much, but for the list of files. */
export type ModelOffer = Pick<Manifest, "id" | "revision" | "defaults" | "sizes" | "sizeRule"> &
  Partial<Pick<Manifest, "files" | "graphs">>;

/** How far an input picture is noised where the request does not say: diffusers' defaults, with and without a mask. */
const DEFAULT_STRENGTH = 0.8;
const DEFAULT_MASKED_STRENGTH = 1;

/**
 * A request with nothing left open: what the input leaves out takes the model's defaults, the seed is drawn. Nothing is
 * checked.
 * @param drawSeed gives a number in 0..4294967295; called only where the input has no seed
 */
export function fillRequest(
  input: RequestInput,
  model: ModelOffer,
  drawSeed: () => number,
): GenerationRequest {
  const { defaults } = model;
  return {
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
    ...(input.initImage === undefined ? {} : { strength: input.strength ?? defaultStrength(input) }),
  };
}

/**
 * Checks a complete request, whose fields are in their limits, against the model that is to draw it.
 * @throws EaselError `invalid_request`, `unsupported_size`, `unknown_model`, `model_not_installed`
 */
export function requireSuited(request: GenerationRequest, model: ModelOffer): void {
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
  requireSize(model, request.width, request.height);
  requireScheduler(request.scheduler, request.sigmas, model.defaults.scheduler);
  requireCompanions(request);
  if (request.initImage !== undefined) requireEncoder(model);
  const [, second] = passesOf(request, model.sizeRule);
  if (second !== undefined) requireSize(model, second.width, second.height, "second_pass.scale");
}

function defaultStrength({ maskImage }: Pick<RequestInput, "maskImage">): number {
  return maskImage === undefined ? DEFAULT_STRENGTH : DEFAULT_MASKED_STRENGTH;
}

/** Fields that mean something only beside another one. */
const COMPANIONS = [
  ["strength", "initImage"],
  ["initImage", "strength"],
  ["maskImage", "initImage"],
  ["variationStrength", "variationSeed"],
  ["variationSeed", "variationStrength"],
] as const;

function requireCompanions(request: GenerationRequest): void {
  for (const [field, needed] of COMPANIONS) {
    if (request[field] === undefined || request[needed] !== undefined) continue;
    const [path, other] = Object.keys(toSnake({ [field]: 0, [needed]: 0 }));
    throw new EaselError("invalid_request", `${path} needs ${other} beside it.`, {
      path: path!,
      hint: `Give ${other}, or leave ${path} out.`,
    });
  }
  if (request.secondPass !== undefined && request.maskImage !== undefined) {
    throw new EaselError("invalid_request", "A masked picture has no second pass.", {
      path: "second_pass",
      hint: "Draw it without second_pass, then use the result as init_image of another picture.",
    });
  }
}

/** Models without an encoder are common: most exports for the browser have none. */
function requireEncoder({ id, files, graphs }: ModelOffer): void {
  if (files === undefined || hasComponent({ files, graphs }, "vae_encoder")) return;
  throw new EaselError(
    "invalid_request",
    `${id} can't start from a picture: its files hold no vae_encoder.`,
    { path: "init_image", hint: "Leave init_image out, or choose a model that has an encoder." },
  );
}
