import type { GenerationRequest } from "../../contracts/request.ts";
import { LIMITS } from "../../contracts/request-limits.ts";
import { secondPassSize } from "../../core/request/passes.ts";
import { requireSize, type SizeOffer } from "../../core/request/size.ts";

/** How much of an enlarged picture is drawn anew: enough for new detail, too little for another picture. */
const ENLARGE_STRENGTH = 0.4;
const SCALES = [1.5, 2] as const;

/**
 * The same picture, a little different: its noise is turned towards another seed's.
 * @param strength 0..1
 */
export function variationOf(request: GenerationRequest, strength: number, seed: number): GenerationRequest {
  return { ...request, batchId: undefined, variationSeed: seed, variationStrength: strength };
}

/** How much larger this model can draw it by a second pass: none for a model of one size, or under a mask. */
export function scalesOf(request: GenerationRequest, model: SizeOffer): number[] {
  if (request.maskImage !== undefined) return [];
  return SCALES.filter((scale) => drawsScaled(request, totalScale(request, scale), model));
}

/** The same picture larger: a second pass over it, or over a larger size than its second pass had. */
export function enlargementOf(request: GenerationRequest, scale: number): GenerationRequest {
  const { secondPass, numSteps } = request;
  return {
    ...request,
    batchId: undefined,
    secondPass: {
      numSteps: secondPass?.numSteps ?? numSteps,
      strength: secondPass?.strength ?? leastStrength(numSteps),
      scale: totalScale(request, scale),
    },
  };
}

/** A strength that leaves a step at least. */
function leastStrength(numSteps: number): number {
  return Math.max(ENLARGE_STRENGTH, Math.ceil(100 / numSteps) / 100);
}

function totalScale({ secondPass }: GenerationRequest, scale: number): number {
  return (secondPass?.scale ?? 1) * scale;
}

function drawsScaled(request: GenerationRequest, scale: number, model: SizeOffer): boolean {
  const size = secondPassSize(request, scale, model.sizeRule);
  if (scale > 4 || Math.max(size.width, size.height) > LIMITS.maxSide) return false;
  try {
    requireSize(model, size.width, size.height);
    return true;
  } catch {
    return false;
  }
}
