import { LIMITS, SCHEDULERS, type RequestInput } from "../../contracts/request.ts";
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
export function readFields(values: FieldValues, sizes: readonly (readonly number[])[]): FieldsRead {
  const errors: FieldError[] = [];
  const refuse = (field: FieldName) => (message: string) => void errors.push({ field, message });

  const prompt = values.prompt.trim();
  if (prompt === "")
    refuse("prompt")("The prompt is empty. Say what to draw, for example: a cat on a blue background.");
  refuseTooLong(prompt, "The prompt", refuse("prompt"));
  refuseTooLong(values.negativePrompt, "The negative prompt", refuse("negativePrompt"));
  const numSteps = readNumber(values.steps, STEPS, refuse("steps"));
  const guidanceScale = readNumber(values.guidance, GUIDANCE, refuse("guidance"));
  const count = readNumber(values.count, COUNT, refuse("count"));
  const seed = values.seed.trim() === "" ? undefined : readNumber(values.seed, SEED, refuse("seed"));
  const size = readSize(values.size, sizes, refuse("size"));
  const scheduler = SCHEDULERS.find((name) => name === values.scheduler);
  if (scheduler === undefined)
    refuse("scheduler")(`There is no scheduler "${values.scheduler}". Choose one of the list.`);

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
  name: string;
  min: number;
  max: number;
  whole: boolean;
  advice: string;
}

const STEPS: Range = { name: "Steps", min: LIMITS.minSteps, max: LIMITS.maxSteps, whole: true, advice: "" };
const GUIDANCE: Range = { name: "Guidance", min: 0, max: LIMITS.maxGuidanceScale, whole: false, advice: "" };
const COUNT: Range = { name: "Batch", min: 1, max: MOST_PICTURES, whole: true, advice: "" };
const SEED: Range = {
  name: "The seed",
  min: 0,
  max: LIMITS.maxSeed,
  whole: true,
  advice: " Leave it blank for another one each time.",
};

/** The number, or NaN after saying what is wrong with it. */
function readNumber(text: string, range: Range, refuse: (message: string) => void): number {
  const typed = text.trim();
  const value = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(typed) ? Number(typed) : NaN;
  const inRange = value >= range.min && value <= range.max;
  if (inRange && (!range.whole || Number.isInteger(value))) return value;
  const kind = range.whole ? "a whole number" : "a number";
  const came =
    typed === ""
      ? "it is empty"
      : Number.isFinite(value)
        ? `${value.toLocaleString("en")} is not`
        : `"${typed}" is not`;
  const limits = `${range.min.toLocaleString("en")} to ${range.max.toLocaleString("en")}`;
  refuse(`${range.name}: ${kind} from ${limits} is needed, and ${came}.${range.advice}`);
  return NaN;
}

function refuseTooLong(text: string, name: string, refuse: (message: string) => void): void {
  if (text.length <= LIMITS.promptCharacters) return;
  const [came, most] = [text.length, LIMITS.promptCharacters].map((count) => count.toLocaleString("en"));
  refuse(`${name} has ${came} characters. Shorten it to ${most}.`);
}

function readSize(
  text: string,
  sizes: readonly (readonly number[])[],
  refuse: (message: string) => void,
): readonly number[] {
  const found = sizes.find((size) => sizeText(size) === text);
  if (found !== undefined) return found;
  const possible = sizes.map((size) => size.join(" × ")).join(", ");
  refuse(`This model can't draw ${text.replace("x", " × ")}. Choose ${possible}.`);
  return [0, 0];
}

/** A [width, height] pair as the field holds it: "128x128". */
export function sizeText(size: readonly number[]): string {
  return size.join("x");
}
