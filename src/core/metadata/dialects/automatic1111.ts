import type { RequestInput } from "../../../contracts/request.ts";
import { parseParameters, splitParameters } from "../parameters.ts";
import { modelName, Reading, textNamed, type Dialect } from "./reading.ts";

/** AUTOMATIC1111's names of settings, and the request's fields that {@link parseParameters} reads from them. */
const FIELDS: Readonly<Record<string, keyof RequestInput>> = Object.freeze({
  Steps: "numSteps",
  "CFG scale": "guidanceScale",
  Seed: "seed",
  "Model revision": "modelRevision",
  "Variation seed": "variationSeed",
  "Variation seed strength": "variationStrength",
  "Denoising strength": "strength",
  "Hires upscale": "secondPass",
  "Hires steps": "secondPass",
  "Hires denoising strength": "secondPass",
});
/** About the program and the file rather than the picture, or read on their own. */
const ELSEWHERE = new Set([
  "Size",
  "Model",
  "Sampler",
  "Schedule type",
  "Version",
  "Model hash",
  "Prompt syntax",
]);

/** Where each kind of file keeps AUTOMATIC1111's text. */
export const PARAMETERS_KEYWORDS = ["parameters", "UserComment", "ImageDescription", "XMP", "Comment"];

/** AUTOMATIC1111, and Easel, which writes as it does. */
export const readAutomatic1111: Dialect = (texts) => {
  const text = textNamed(texts, ...PARAMETERS_KEYWORDS);
  return text === undefined ? undefined : readParametersText(text, "AUTOMATIC1111");
};

/** Undefined where the text has no line of settings: it is then a remark, and no program's. */
export function readParametersText(text: string, program: string): Reading | undefined {
  const split = splitParameters(text);
  if (split === undefined || split.settings.size === 0) return undefined;
  const parsed = parseParameters(text);
  if (parsed === undefined) return undefined;
  const { settings } = split;
  const reading = new Reading(settings.get("Version") === "Easel" ? "Easel" : program);
  reading.take("prompt", "Prompt", split.prompt);
  reading.take("negativePrompt", "Negative prompt", split.negativePrompt);
  reading.take("promptSyntax", "Prompt syntax", parsed.promptSyntax);
  const model = settings.get("Model");
  reading.take("model", "Model", reading.program === "Easel" ? model : modelName(model));
  reading.takeSampler("Sampler", settings.get("Sampler"));
  reading.takeSpacing("Schedule type", settings.get("Schedule type"));
  if (parsed.width === undefined) reading.leave("Size", settings.get("Size"));
  reading.take("width", "Size", parsed.width);
  reading.take("height", "Size", parsed.height);
  reading.take("secondPass", "Hires upscale", parsed.secondPass);
  for (const [name, value] of settings) {
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (field === "secondPass") {
      if (reading.settings.secondPass === undefined) reading.leave(name, value);
    } else if (field === "strength" && parsed.strength === undefined) continue;
    else if (field !== undefined) reading.take(field, name, value);
    else if (!ELSEWHERE.has(name)) reading.leave(name, value);
  }
  return reading;
}
