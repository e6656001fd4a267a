import { z } from "zod";
import type { GenerationRequest } from "../contracts/request.ts";
import { passesOf, type PassRequest } from "../core/request/passes.ts";
import type { Place } from "./drawer.ts";
import type { StepSeconds } from "./step-clock.ts";

/**
 * How fast each place draws, from its own last picture, kept across visits. The unit of work is one step over one
 * pixel of one model; guidance above 1 runs the denoiser twice. The first step is kept apart: a runtime that has just
 * loaded the model takes several times as long for it, and a picture of one step would condemn all others.
 */
const keyOf = (place: Place) => `easel-${place}-speed`;

/** A device that was busy when it was measured gets another chance the next day. */
const VALID_MILLISECONDS = 24 * 60 * 60 * 1000;

const speedsSchema = z.record(
  z.string(),
  z.object({
    firstStepPerUnit: z.number().positive(),
    laterStepPerUnit: z.number().positive().nullable(),
    decodePerPixel: z.number().min(0),
    measuredAt: z.number(),
  }),
);

/**
 * Below this many million multiply-adds a second in plain JavaScript, the first picture of easel-mini (12 steps,
 * 128 x 128) would take WASM longer than the longest that we call quick enough: two busy cores, which need some 10 s, do 200.
 */
const SLOW_MILLION_MULTIPLY_ADDS = 40;

/** What of a request decides how long it takes. */
type Work = PassRequest & Pick<GenerationRequest, "guidanceScale">;

/** The units of work of its steps, one number a step. */
function unitsOfSteps(request: Work): number[] {
  const evaluations = request.guidanceScale > 1 ? 2 : 1;
  return passesOf(request, undefined).flatMap(({ steps, width, height }) =>
    Array.from({ length: steps }, () => width * height * evaluations),
  );
}

interface Speed {
  firstStepPerUnit: number;
  /** null: it has drawn pictures of a single step only. */
  laterStepPerUnit: number | null;
  decodePerPixel: number;
  /** Milliseconds since 1970. */
  measuredAt: number;
}

/**
 * Remembers what a picture of one pass took there, without the time to load the model, which comes once; a
 * picture of two passes tells nothing of either.
 * @param decode seconds
 */
export function rememberSpeed(
  storage: Pick<Storage, "getItem" | "setItem">,
  place: Place,
  request: GenerationRequest,
  { first, later }: StepSeconds,
  decode: number,
  now = Date.now(),
): void {
  const [units] = unitsOfSteps(request);
  if (request.secondPass !== undefined || units === undefined || first <= 0) return;
  const earlier = recentSpeed(storage, place, request.model, now);
  const speed: Speed = {
    firstStepPerUnit: first / units,
    laterStepPerUnit: later === null ? (earlier?.laterStepPerUnit ?? null) : later / units,
    decodePerPixel: decode / (request.width * request.height),
    measuredAt: now,
  };
  storage.setItem(keyOf(place), JSON.stringify({ ...readSpeeds(storage, place), [request.model]: speed }));
}

/** What this request would take there, in seconds; null where nothing recent was measured. */
export function expectSeconds(
  storage: Pick<Storage, "getItem">,
  place: Place,
  request: Work & Pick<GenerationRequest, "model">,
  now = Date.now(),
): number | null {
  const speed = recentSpeed(storage, place, request.model, now);
  const [first = 0, ...later] = unitsOfSteps(request);
  if (speed === null || (later.length > 0 && speed.laterStepPerUnit === null)) return null;
  const steps =
    first * speed.firstStepPerUnit +
    later.reduce((sum, units) => sum + units, 0) * (speed.laterStepPerUnit ?? 0);
  const pixels = passesOf(request, undefined).reduce((sum, { width, height }) => sum + width * height, 0);
  return steps + pixels * speed.decodePerPixel;
}

function recentSpeed(
  storage: Pick<Storage, "getItem">,
  place: Place,
  model: string,
  now: number,
): Speed | null {
  const speed = readSpeeds(storage, place)[model];
  return speed === undefined || now - speed.measuredAt > VALID_MILLISECONDS ? null : speed;
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
