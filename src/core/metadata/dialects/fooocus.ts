import { PARAMETERS_KEYWORDS, readParametersText } from "./automatic1111.ts";
import { jsonObject, modelName, Reading, textNamed, type Dialect } from "./reading.ts";

const KNOWN = [
  "prompt",
  "negative_prompt",
  "steps",
  "guidance_scale",
  "seed",
  "resolution",
  "base_model",
  "sampler",
  "scheduler",
  // About the program, or the prompts once more with what Fooocus has added.
  "version",
  "metadata_scheme",
  "base_model_hash",
  "full_prompt",
  "full_negative_prompt",
];

/**
 * Fooocus: `fooocus_scheme` (a JPEG's or WebP's MakerNote) says whether its own JSON or AUTOMATIC1111's text stands
 * in `parameters` (there UserComment).
 */
export const readFooocus: Dialect = (texts) => {
  const scheme = textNamed(texts, "fooocus_scheme", "MakerNote");
  const text = textNamed(texts, ...PARAMETERS_KEYWORDS);
  if (text === undefined) return undefined;
  if (scheme === "a1111") return readParametersText(text, "Fooocus");
  const metadata = jsonObject(text);
  if (metadata === undefined || (scheme !== "fooocus" && metadata["metadata_scheme"] !== "fooocus"))
    return undefined;
  const reading = new Reading("Fooocus");
  reading.take("prompt", "prompt", metadata["prompt"]);
  reading.take("negativePrompt", "negative_prompt", metadata["negative_prompt"]);
  reading.take("numSteps", "steps", metadata["steps"]);
  reading.take("guidanceScale", "guidance_scale", metadata["guidance_scale"]);
  reading.take("seed", "seed", metadata["seed"]);
  // "(896, 1152)"
  const resolution = metadata["resolution"];
  const [, width, height] =
    /^\((\d{1,5}), (\d{1,5})\)$/.exec(typeof resolution === "string" ? resolution : "") ?? [];
  if (width === undefined) reading.leave("resolution", resolution);
  reading.take("width", "resolution", width);
  reading.take("height", "resolution", height);
  reading.take("model", "base_model", modelName(metadata["base_model"]));
  reading.takeSampler("sampler", metadata["sampler"]);
  reading.takeSpacing("scheduler", metadata["scheduler"]);
  reading.leaveRest(metadata, KNOWN);
  return reading;
};
