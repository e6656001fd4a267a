import type { GenerationRequest } from "../contracts/request.ts";
import { passesOf, type PassRequest } from "../core/request/passes.ts";
import { readKept } from "../kept/kept.ts";
import { amount, number, object, orNull, record, type Shaped } from "../kept/shapes.ts";
import type { Place } from "./drawer.ts";
import type { StepSeconds } from "./step-clock.ts";

/**
 * How fast each place draws, from its own last pictures, kept across visits. The unit of work is one step over one
 * pixel of one model; guidance above 1 runs the denoiser twice. What comes but once (loading the model, compiling at
 * the first step) is kept apart: a first picture of one step would else condemn all others.
 */
const keyOf = (place: Place) => `easel-${place}-speed`;

/** A device that was busy when it was measured gets another chance the next day. */
const VALID_MILLISECONDS = 24 * 60 * 60 * 1000;

const speedShape = object({
  /** null: it has drawn a single step only, and that with a model just loaded. */
  stepPerUnit: orNull(amount),
  decodePerPixel: amount,
  /** Seconds beside steps and decoding where the model had to be loaded first; null: not measured yet. */
  besideCold: orNull(amount),
  /** The same where it was loaded before. Not nothing: words are encoded, and little memory loads it every time. */
  besideWarm: orNull(amount),
  /** Milliseconds since 1970. */
  measuredAt: number,
});
const speedsShape = record(speedShape);
type Speed = Shaped<typeof speedShape>;

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

/** What a picture took, in seconds. */
export interface Took {
  steps: StepSeconds;
  decode: number;
  /** All of it, from the request to the pixels. */
  total: number;
  /** The model was loaded for it, or while it was drawn. */
  cold: boolean;
}

/** Remembers what a picture of one pass took there; a picture of two passes tells nothing of either. */
export function rememberSpeed(
  storage: Pick<Storage, "getItem" | "setItem">,
  place: Place,
  request: GenerationRequest,
  { steps: { first, later }, decode, total, cold }: Took,
  now = Date.now(),
): void {
  const units = unitsOfSteps(request);
  const [unitsOfOne] = units;
  if (request.secondPass !== undefined || unitsOfOne === undefined || first <= 0) return;
  const earlier = recentSpeed(storage, place, request.model, now);
  const fromOne = earlier?.stepPerUnit ?? (cold ? null : first / unitsOfOne);
  const stepPerUnit = later === null ? fromOne : later / unitsOfOne;
  const beside = stepPerUnit === null ? null : Math.max(0, total - sum(units) * stepPerUnit - decode);
  const speed: Speed = {
    stepPerUnit,
    decodePerPixel: decode / (request.width * request.height),
    besideCold: (cold ? beside : null) ?? earlier?.besideCold ?? null,
    besideWarm: (cold ? null : beside) ?? earlier?.besideWarm ?? null,
    measuredAt: now,
  };
  storage.setItem(keyOf(place), JSON.stringify({ ...readSpeeds(storage, place), [request.model]: speed }));
}

/**
 * What this request would take there, in seconds; null where nothing recent was measured.
 * @param cold whether the model has to be loaded for it
 */
export function expectSeconds(
  storage: Pick<Storage, "getItem">,
  place: Place,
  request: Work & Pick<GenerationRequest, "model">,
  cold: boolean,
  now = Date.now(),
): number | null {
  const speed = recentSpeed(storage, place, request.model, now);
  if (speed === null) return null;
  const { stepPerUnit, decodePerPixel, besideCold, besideWarm } = speed;
  if (stepPerUnit === null) return null;
  const beside = (cold ? besideCold : null) ?? besideWarm ?? 0;
  const pixels = sum(passesOf(request, undefined).map(({ width, height }) => width * height));
  return beside + sum(unitsOfSteps(request)) * stepPerUnit + pixels * decodePerPixel;
}

/** Where on this device the last picture of a model was drawn; null where none was, or the server drew it. */
export function lastPlaceHere(
  storage: Pick<Storage, "getItem">,
  model: string,
): Exclude<Place, "server"> | null {
  const places: readonly Place[] = ["webgpu", "wasm", "server"];
  const measured = places.flatMap((place) => {
    const speed = readSpeeds(storage, place)[model];
    return speed === undefined ? [] : [{ place, at: speed.measuredAt }];
  });
  const place = measured.sort((a, b) => b.at - a.at)[0]?.place ?? "server";
  return place === "server" ? null : place;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
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
  return readKept(storage, keyOf(place), speedsShape) ?? {};
}

/**
 * A device never measured: the probe's look at its processor tells a very slow one from the others.
 * @param processor million multiply-adds a second
 * @returns whether WASM is worth a first try
 */
export function seemsFastEnough(processor: number): boolean {
  return processor > SLOW_MILLION_MULTIPLY_ADDS;
}
