import type { GenerationResult } from "../../contracts/progress.ts";
import type { GenerationRequest, RequestInput } from "../../contracts/request.ts";
import { keyOf, SAMPLER_NAMES, SCHEDULE_TYPE_NAMES } from "./scheduler-names.ts";

const NEGATIVE = "Negative prompt: ";
/** `Key: value`, the value JSON-quoted where it holds a comma, a colon or a newline. */
const SETTING = /([A-Za-z][\w /-]{0,80}):\s*("(?:\\.|[^\\"]){0,10000}"|[^,]*)(?:,|$)/g;
/** From this many settings on a line counts as the line of settings. */
const SETTINGS_LINE = 3;
/** A text of more characters is no program's: two prompts and a line of settings are far less. */
const MOST_CHARACTERS = 2 ** 17;

/** What the text says beside the request; a {@link GenerationResult} has it. */
export type ParametersExtra = Partial<Pick<GenerationResult, "modelDigest" | "modelRevision" | "provider">>;

/**
 * The request as AUTOMATIC1111 writes it into a PNG's `parameters`: the prompt, a line with the negative prompt, a
 * line of settings. Other programs read it; {@link parseParameters} reads it back.
 * @param script what a script made of the request, by the names that AUTOMATIC1111 gives it
 */
export function formatParameters(
  request: GenerationRequest,
  extra: ParametersExtra,
  script: Readonly<Record<string, string>> = {},
): string {
  const settings: [string, string | number | undefined][] = [
    ["Steps", request.numSteps],
    ["Sampler", SAMPLER_NAMES[request.scheduler]],
    ["Schedule type", SCHEDULE_TYPE_NAMES[request.sigmas]],
    ["CFG scale", request.guidanceScale],
    ["Seed", request.seed],
    ["Size", `${request.width}x${request.height}`],
    // AUTOMATIC1111 shows the first ten digits.
    ["Model hash", extra.modelDigest?.slice(0, 10)],
    ["Model", request.model],
    ["Model revision", extra.modelRevision ?? request.modelRevision],
    ["Variation seed", request.variationSeed],
    ["Variation seed strength", request.variationStrength],
    ["Denoising strength", request.strength ?? request.secondPass?.strength],
    ["Hires upscale", request.secondPass?.scale],
    ["Hires steps", request.secondPass?.numSteps],
    // AUTOMATIC1111 has one strength for both; a picture from a picture with a second pass has two.
    ["Hires denoising strength", request.strength === undefined ? undefined : request.secondPass?.strength],
    ["Prompt syntax", request.promptSyntax === "plain" ? "plain" : undefined],
    ...Object.entries(script),
    ["Version", "Easel"],
  ];
  const line = settings
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${quoted(String(value))}`)
    .join(", ");
  const negative = request.negativePrompt === "" ? [] : [`${NEGATIVE}${request.negativePrompt}`];
  return [request.prompt, ...negative, line].join("\n");
}

/** A `parameters` text taken apart, the settings as they are written, by their names. */
export interface ParametersText {
  prompt: string;
  negativePrompt: string;
  settings: ReadonlyMap<string, string>;
}

/** Undefined where there is no prompt in the text, or it is longer than any program's. */
export function splitParameters(text: string): ParametersText | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  const lines = text.trim().split("\n");
  const found = [...(lines.at(-1) ?? "").matchAll(SETTING)];
  const settings = new Map<string, string>();
  if (found.length >= SETTINGS_LINE) {
    lines.pop();
    for (const [, name, value] of found) settings.set(name!, unquoted(value!.trim()));
  }
  const negativeAt = lines.findIndex((line) => line.startsWith(NEGATIVE));
  const prompt = lines.slice(0, negativeAt < 0 ? undefined : negativeAt).join("\n");
  if (prompt.trim() === "") return undefined;
  const negativePrompt = negativeAt < 0 ? "" : lines.slice(negativeAt).join("\n").slice(NEGATIVE.length);
  return { prompt, negativePrompt, settings };
}

/**
 * What a `parameters` text says, as far as the contract knows it; settings of other programs are left out, and so is
 * what is not a number where one is expected. Undefined where there is no prompt in it.
 */
export function parseParameters(text: string): RequestInput | undefined {
  const split = splitParameters(text);
  if (split === undefined) return undefined;
  const { prompt, negativePrompt, settings } = split;

  const number = (name: string): number | undefined => {
    const value = settings.get(name);
    return value === undefined || value === "" || Number.isNaN(Number(value)) ? undefined : Number(value);
  };
  const ownStrength = number("Hires denoising strength");
  const secondPass = defined({
    scale: number("Hires upscale"),
    numSteps: number("Hires steps") ?? number("Steps"),
    strength: ownStrength ?? number("Denoising strength"),
  });
  const twice = Object.keys(secondPass).length === 3;
  const [, width, height] = /^(\d+)x(\d+)$/.exec(settings.get("Size") ?? "") ?? [];
  return defined<RequestInput>({
    prompt,
    negativePrompt,
    promptSyntax: settings.get("Prompt syntax") === "plain" ? "plain" : "a1111",
    model: settings.get("Model"),
    modelRevision: settings.get("Model revision"),
    numSteps: number("Steps"),
    guidanceScale: number("CFG scale"),
    scheduler: keyOf(SAMPLER_NAMES, settings.get("Sampler") ?? ""),
    sigmas: keyOf(SCHEDULE_TYPE_NAMES, settings.get("Schedule type") ?? ""),
    seed: number("Seed"),
    width: width === undefined ? undefined : Number(width),
    height: height === undefined ? undefined : Number(height),
    variationSeed: number("Variation seed"),
    variationStrength: number("Variation seed strength"),
    strength: twice && ownStrength === undefined ? undefined : number("Denoising strength"),
    secondPass: twice ? (secondPass as RequestInput["secondPass"]) : undefined,
  });
}

/** Without the fields that are undefined: absent and undefined are the same to the contract, but not to a test. */
function defined<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}

function quoted(value: string): string {
  return /[,:\n]/.test(value) ? JSON.stringify(value) : value;
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}
