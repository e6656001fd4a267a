import { COMPAT_MAX_SIDE, type OpenAiImageInput } from "../../../src/contracts/openai-images.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { Manifest } from "../../../src/contracts/model.ts";
import type { RequestInputWire } from "../../../src/contracts/request.ts";
import type { Services } from "../../jobs/services.ts";
import { nearestSize } from "../../../src/core/request/nearest-size.ts";
import type { OutputTerms } from "../compat/picture-bytes.ts";
import { DEFAULT_MODEL } from "../generated-images/create.ts";

/** Names that clients have built in: they stand for whatever this server draws with. */
const FOREIGN_MODEL = /^(dall-e|gpt-image|chatgpt-image)-?/;
const DEFAULT_QUALITY = 90;

/** How a request of OpenAI's form is drawn and answered. */
export interface Plan {
  request: RequestInputWire;
  count: number;
  output: OutputTerms;
  form: "url" | "b64_json";
  drawnSize: string;
  /** Said in the answer where the picture is not drawn as asked. */
  note: string | undefined;
}

function findModel(services: Services, asked: string | null | undefined): Manifest {
  const id = asked === null || asked === undefined || FOREIGN_MODEL.test(asked) ? DEFAULT_MODEL : asked;
  const model = services.models.find(id);
  if (model !== undefined) return model;
  throw new EaselError("unknown_model", `The model ${id} does not exist on this server.`, {
    path: "model",
    hint: "GET /v1/models lists those that do.",
  });
}

function wantedSize(size: string | null | undefined, model: Manifest): [number, number] {
  const match = /^(\d+)x(\d+)$/.exec(size ?? "auto");
  if (match === null) return [model.defaults.width, model.defaults.height];
  const [width, height] = [Number(match[1]), Number(match[2])];
  if (Math.min(width, height) >= 8 && Math.max(width, height) <= COMPAT_MAX_SIDE) return [width, height];
  throw new EaselError(
    "unsupported_size",
    `A picture's sides are 8 to ${COMPAT_MAX_SIDE} pixels; ${size ?? ""} was asked for.`,
    { path: "size" },
  );
}

/** @throws EaselError unknown_model, unsupported_size, with the fields of OpenAI's form as their paths */
export function planOf(services: Services, input: OpenAiImageInput): Plan {
  const model = findModel(services, input.model);
  const [width, height] = wantedSize(input.size, model);
  const [drawnWidth, drawnHeight] = nearestSize(model, [width, height]);
  const resized = drawnWidth !== width || drawnHeight !== height;
  const drawnSize = `${drawnWidth}x${drawnHeight}`;
  const given = {
    negative_prompt: input.negative_prompt,
    seed: input.seed,
    num_steps: input.num_steps,
    guidance_scale: input.guidance_scale,
  };
  const set = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  );
  return {
    // Brackets and colons mean nothing to OpenAI's clients.
    request: {
      prompt: input.prompt,
      prompt_syntax: "plain",
      model: model.id,
      width: drawnWidth,
      height: drawnHeight,
      ...set,
    },
    count: input.n ?? 1,
    output: {
      format: input.output_format ?? "png",
      width,
      height,
      quality: Math.max(1, input.output_compression ?? DEFAULT_QUALITY),
    },
    // The models of OpenAI's that know no response_format give the bytes.
    form: input.response_format ?? (/^(gpt|chatgpt)-image/.test(input.model ?? "") ? "b64_json" : "url"),
    drawnSize,
    note: resized ? `${model.id} draws no ${width}x${height}: drawn at ${drawnSize} and resized.` : undefined,
  };
}
