import { randomInt } from "node:crypto";
import type { Manifest } from "../../../src/contracts/model.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { RequestInputWire } from "../../../src/contracts/request.ts";
import { LIMITS } from "../../../src/contracts/request-limits.ts";
import { SDAPI_MAX_PICTURES, type SdapiTextInput } from "../../../src/contracts/sdapi.ts";
import { nearestSize } from "../../../src/core/request/nearest-size.ts";
import type { OutputTerms } from "../compat/picture-bytes.ts";
import { findSampler } from "./samplers.ts";

const HR_SCALE = 2;
const HR_STRENGTH = 0.7;

export interface Plan {
  request: RequestInputWire;
  count: number;
  output: OutputTerms;
  drawnSize: string;
  note: string | undefined;
}

/** What is given, and neither null nor that interface's -1 for "drawn by the server". */
function given<Value>(fields: Record<string, Value | null | undefined>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== -1),
  ) as Record<string, Value>;
}

function secondPass(input: SdapiTextInput, steps: number) {
  if (input.enable_hr !== true) return undefined;
  const own = input.hr_second_pass_steps ?? 0;
  return {
    scale: input.hr_scale ?? HR_SCALE,
    num_steps: own === 0 ? steps : own,
    strength: input.denoising_strength ?? HR_STRENGTH,
  };
}

/** How a request of AUTOMATIC1111's form is drawn and answered. @throws EaselError not_found, invalid_request */
export function planOf(model: Manifest, input: SdapiTextInput): Plan {
  if ((input.script_name ?? "") !== "")
    throw new EaselError("not_found", "Script not found", {
      path: "script_name",
      hint: "There are no scripts here.",
    });
  const count = (input.batch_size ?? 1) * (input.n_iter ?? 1);
  if (count > SDAPI_MAX_PICTURES) {
    throw new EaselError(
      "invalid_request",
      `batch_size times n_iter is at most ${SDAPI_MAX_PICTURES}; ${count} pictures were asked for.`,
      { path: "n_iter" },
    );
  }
  const samplerName = input.sampler_name ?? input.sampler_index;
  const sampler =
    samplerName === null || samplerName === undefined
      ? {}
      : findSampler(samplerName, input.scheduler, model.defaults.scheduler);
  const width = input.width ?? model.defaults.width;
  const height = input.height ?? model.defaults.height;
  const [drawnWidth, drawnHeight] = nearestSize(model, [width, height]);
  const hires = secondPass(input, input.steps ?? model.defaults.numSteps);
  const scale = hires?.scale ?? 1;
  const drawnSize = `${drawnWidth}x${drawnHeight}`;
  const resized = drawnWidth !== width || drawnHeight !== height;
  const strength = input.subseed_strength ?? 0;
  const drawn = (input.subseed ?? -1) === -1;
  const variation = {
    variation_seed: drawn ? randomInt(LIMITS.maxSeed + 1) : input.subseed,
    variation_strength: strength,
  };
  return {
    request: {
      prompt: input.prompt,
      prompt_syntax: "a1111",
      model: model.id,
      width: drawnWidth,
      height: drawnHeight,
      ...sampler,
      ...given({ negative_prompt: input.negative_prompt }),
      ...given({ seed: input.seed, num_steps: input.steps, guidance_scale: input.cfg_scale }),
      ...(strength > 0 ? given(variation) : {}),
      ...(hires === undefined ? {} : { second_pass: hires }),
    },
    count,
    output: {
      format: "png",
      width: Math.round(width * scale),
      height: Math.round(height * scale),
      quality: 100,
    },
    drawnSize,
    note: resized ? `${model.id} draws no ${width}x${height}: drawn at ${drawnSize} and resized.` : undefined,
  };
}
