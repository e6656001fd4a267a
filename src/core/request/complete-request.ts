import { toSnake } from "../../contracts/casing.ts";
import { EaselError } from "../../contracts/errors.ts";
import { requestSchema, type GenerationRequest, type RequestInput } from "../../contracts/request.ts";
import { fillRequest, requireSuited, type ModelOffer } from "./fill-request.ts";

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
  const complete = fillRequest(input, model, drawSeed);
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
  requireSuited(request, model);
}
