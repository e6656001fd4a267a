import { EaselError } from "../../contracts/errors.ts";
import type { Manifest } from "../../contracts/model.ts";
import type { GenerationRequest } from "../../contracts/request.ts";

/** One way through the denoiser: from noise, or from a picture that is noised to where `strength` says. */
export interface Pass {
  readonly width: number;
  readonly height: number;
  /** The steps of the whole schedule, from pure noise. */
  readonly numSteps: number;
  /** The steps of it that are taken: the last ones. */
  readonly steps: number;
  /** How far the picture that it starts from is noised, 0..1; undefined: it starts from noise alone. */
  readonly strength: number | undefined;
}

/** What of a request decides over its passes. */
export type PassRequest = Pick<
  GenerationRequest,
  "width" | "height" | "numSteps" | "strength" | "secondPass"
>;

/**
 * The passes that a request's picture takes: one, or two where a second at a higher size is asked for.
 * @throws EaselError `invalid_request` where a strength leaves no step to take.
 */
export function passesOf(request: PassRequest, sizeRule: Manifest["sizeRule"]): [Pass, ...Pass[]] {
  const { width, height, numSteps, secondPass } = request;
  const first = passOf({ width, height }, numSteps, request.strength, "strength");
  if (secondPass === undefined) return [first];
  const size = secondPassSize(request, secondPass.scale, sizeRule);
  return [first, passOf(size, secondPass.numSteps, secondPass.strength, "second_pass.strength")];
}

/** The steps that a strength leaves of a schedule: as many as diffusers takes. */
export function stepsTaken(numSteps: number, strength: number): number {
  return Math.min(Math.floor(numSteps * strength), numSteps);
}

/** A scaled size, each side rounded to what the model draws. */
export function secondPassSize(
  { width, height }: Pick<GenerationRequest, "width" | "height">,
  scale: number,
  sizeRule: Manifest["sizeRule"],
): { width: number; height: number } {
  const multiple = sizeRule?.multipleOf ?? 8;
  const scaled = (side: number): number => Math.max(1, Math.round((side * scale) / multiple)) * multiple;
  return { width: scaled(width), height: scaled(height) };
}

function passOf(
  size: { width: number; height: number },
  numSteps: number,
  strength: number | undefined,
  path: string,
): Pass {
  const steps = strength === undefined ? numSteps : stepsTaken(numSteps, strength);
  if (steps > 0) return { ...size, numSteps, steps, strength };
  throw new EaselError(
    "invalid_request",
    `${path}: ${strength} of ${numSteps} steps leaves none to draw with.`,
    { path, hint: `At least ${Math.ceil(100 / numSteps) / 100} is needed, or more steps.` },
  );
}
