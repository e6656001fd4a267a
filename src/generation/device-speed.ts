import { z } from "zod";
import type { GenerationRequest } from "../contracts/request.ts";
import type { Place } from "./drawer.ts";
import { passesOf, type PassRequest } from "../core/request/passes.ts";

/**
 * How fast each place draws, from its own last picture, kept across visits. The unit of work is one step over one
 * pixel of one model; guidance above 1 runs the denoiser twice.
 */
const keyOf = (place: Place) => `easel-${place}-speed`;

/** A device that was busy when it was measured gets another chance the next day. */
const VALID_MILLISECONDS = 24 * 60 * 60 * 1000;

const speedsSchema = z.record(
  z.string(),
  z.object({ secondsPerUnit: z.number().positive(), measuredAt: z.number() }),
);

/**
 * Below this many million multiply-adds a second in plain JavaScript, the first picture of easel-mini (12 steps,
 * 128 x 128) would take WASM longer than the longest that we call quick enough: two busy cores, which need some 10 s, do 200.
 */
const SLOW_MILLION_MULTIPLY_ADDS = 40;

/** What of a request decides how long it takes. */
type Work = PassRequest & Pick<GenerationRequest, "guidanceScale">;

export function workOf(request: Work): number {
  const evaluations = request.guidanceScale > 1 ? 2 : 1;
  const passes = passesOf(request, undefined);
  return passes.reduce((sum, { steps, width, height }) => sum + steps * width * height, 0) * evaluations;
}

interface Speed {
  secondsPerUnit: number;
  /** Milliseconds since 1970. */
  measuredAt: number;
}

/** Remembers what a picture took there, without the time to load the model, which comes once. */
export function rememberSpeed(
  storage: Pick<Storage, "getItem" | "setItem">,
  place: Place,
  request: GenerationRequest,
  seconds: { denoise: number; decode: number },
  now = Date.now(),
): void {
  const secondsPerUnit = (seconds.denoise + seconds.decode) / workOf(request);
  const speeds = { ...readSpeeds(storage, place), [request.model]: { secondsPerUnit, measuredAt: now } };
  storage.setItem(keyOf(place), JSON.stringify(speeds));
}

/** What this request would take there, in seconds; null where nothing recent was measured. */
export function expectSeconds(
  storage: Pick<Storage, "getItem">,
  place: Place,
  request: Work & Pick<GenerationRequest, "model">,
  now = Date.now(),
): number | null {
  const speed = readSpeeds(storage, place)[request.model];
  if (speed === undefined || now - speed.measuredAt > VALID_MILLISECONDS) return null;
  return speed.secondsPerUnit * workOf(request);
}

function readSpeeds(storage: Pick<Storage, "getItem">, place: Place): Record<string, Speed> {
  try {
    const parsed = speedsSchema.safeParse(JSON.parse(storage.getItem(keyOf(place)) ?? "{}"));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}

/**
 * A device never measured: the probe's look at its processor tells a very slow one from the others.
 * @param processor million multiply-adds a second
 * @returns whether WASM is worth a first try
 */
export function seemsFastEnough(processor: number): boolean {
  return processor > SLOW_MILLION_MULTIPLY_ADDS;
}
