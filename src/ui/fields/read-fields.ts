import type { Manifest } from "../../contracts/model.ts";
import type { RequestInput } from "../../contracts/request.ts";
import { LIMITS, SCHEDULERS } from "../../contracts/request-limits.ts";
import { nearestSize } from "../../core/request/nearest-size.ts";
import { numberWords } from "../../language/quantities.ts";
import { m } from "../../paraglide/messages.js";
import type { FieldName, FieldValues } from "./field-values.ts";

/** So many pictures a click can ask for: as many as a server lets one owner have waiting (R18). */
export const MOST_PICTURES = 50;

export interface FieldError {
  field: FieldName;
  message: string;
}

export type FieldsRead =
  { ok: true; input: RequestInput; count: number } | { ok: false; errors: FieldError[] };

/** The fields as a request's input, or a clear word for each one that can't be used. */
export function readFields(values: FieldValues, model: Pick<Manifest, "sizes" | "sizeRule">): FieldsRead {
  const errors: FieldError[] = [];
  const refuse = (field: FieldName) => (message: string) => void errors.push({ field, message });

  const prompt = values.prompt.trim();
  if (prompt === "") refuse("prompt")(m.field_prompt_empty());
  refuseTooLong(prompt, m.field_the_prompt(), refuse("prompt"));
  refuseTooLong(values.negativePrompt, m.field_the_negative_prompt(), refuse("negativePrompt"));
  const numSteps = readNumber(values.steps, STEPS, refuse("steps"));
  const guidanceScale = readNumber(values.guidance, GUIDANCE, refuse("guidance"));
  const count = readNumber(values.count, COUNT, refuse("count"));
  const seed = values.seed.trim() === "" ? undefined : readNumber(values.seed, SEED, refuse("seed"));
  const size = readSize(values.size, model, refuse("size"));
  const scheduler = SCHEDULERS.find((name) => name === values.scheduler);
  if (scheduler === undefined)
    refuse("scheduler")(m.field_scheduler_unknown({ scheduler: values.scheduler }));

  if (errors.length > 0) return { ok: false, errors };
  const [width, height] = size;
  const negativePrompt = values.negativePrompt.trim();
  const input: RequestInput = {
    prompt,
    negativePrompt,
    model: values.model,
    numSteps,
    guidanceScale,
    scheduler,
    width: width ?? 0,
    height: height ?? 0,
  };
  return { ok: true, count, input: seed === undefined ? input : { ...input, seed } };
}

interface Range {
  name: () => string;
  min: number;
  max: number;
  whole: boolean;
  advice?: () => string;
}

const STEPS: Range = { name: m.steps_label, min: LIMITS.minSteps, max: LIMITS.maxSteps, whole: true };
const GUIDANCE: Range = { name: m.guidance_label, min: 0, max: LIMITS.maxGuidanceScale, whole: false };
const COUNT: Range = { name: m.queue_count_label, min: 1, max: MOST_PICTURES, whole: true };
const SEED: Range = {
  name: m.field_the_seed,
  min: 0,
  max: LIMITS.maxSeed,
  whole: true,
  advice: m.field_seed_advice,
};

/** The number, or NaN after saying what is wrong with it. */
function readNumber(text: string, range: Range, refuse: (message: string) => void): number {
  const typed = text.trim();
  const value = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(typed) ? Number(typed) : NaN;
  const inRange = value >= range.min && value <= range.max;
  if (inRange && (!range.whole || Number.isInteger(value))) return value;
  const said = Number.isFinite(value) ? numberWords(value) : `"${typed}"`;
  const needs = range.whole ? m.field_needs_whole : m.field_needs_number;
  const words = needs({
    name: range.name(),
    min: numberWords(range.min),
    max: numberWords(range.max),
    came: typed === "" ? m.field_came_empty() : m.field_came_other({ value: said }),
  });
  refuse([words, range.advice?.()].filter(Boolean).join(" "));
  return NaN;
}

function refuseTooLong(text: string, name: string, refuse: (message: string) => void): void {
  if (text.length <= LIMITS.promptCharacters) return;
  refuse(
    m.field_too_long({
      name,
      count: numberWords(text.length),
      most: numberWords(LIMITS.promptCharacters),
    }),
  );
}

function readSize(
  text: string,
  model: Pick<Manifest, "sizes" | "sizeRule">,
  refuse: (message: string) => void,
): readonly number[] {
  const wanted = readSizeText(text);
  if (wanted !== undefined && sizeText(nearestSize(model, wanted)) === text) return wanted;
  const possible = model.sizes.map((size) => size.join(" × ")).join(", ");
  refuse(m.field_size_unknown({ size: text.replace("x", " × "), sizes: possible }));
  return [0, 0];
}

/** A [width, height] pair as the field holds it: "128x128". */
export function sizeText(size: readonly number[]): string {
  return size.join("x");
}

/** What a size field says, in pixels; undefined where it is no size. */
export function readSizeText(text: string): [width: number, height: number] | undefined {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  return width === undefined || height === undefined ? undefined : [Number(width), Number(height)];
}
