import { PARAMETERS_KEYWORDS } from "./automatic1111.ts";
import { asRecord, jsonObject, modelName, Reading, textNamed, type Dialect } from "./reading.ts";

const KNOWN = [
  "prompt",
  "negativeprompt",
  "model",
  "seed",
  "steps",
  "cfgscale",
  "width",
  "height",
  "sampler",
  "scheduler",
  "variationseed",
  "variationseedstrength",
  "initimagecreativity",
  // About the program, or said by width and height already.
  "swarm_version",
  "aspectratio",
];

/** SwarmUI: `parameters` holds JSON with `sui_image_params`, where AUTOMATIC1111 has its text. */
export const readSwarmUi: Dialect = (texts) => {
  const metadata = jsonObject(textNamed(texts, ...PARAMETERS_KEYWORDS));
  const params = asRecord(metadata?.["sui_image_params"]);
  if (params === undefined) return undefined;
  const reading = new Reading("SwarmUI");
  reading.take("prompt", "prompt", params["prompt"]);
  reading.take("negativePrompt", "negativeprompt", params["negativeprompt"]);
  reading.take("model", "model", modelName(params["model"]));
  reading.take("seed", "seed", params["seed"]);
  reading.take("numSteps", "steps", params["steps"]);
  reading.take("guidanceScale", "cfgscale", params["cfgscale"]);
  reading.take("width", "width", params["width"]);
  reading.take("height", "height", params["height"]);
  reading.takeSampler("sampler", params["sampler"]);
  reading.takeSpacing("scheduler", params["scheduler"]);
  reading.take("variationSeed", "variationseed", params["variationseed"]);
  reading.take("variationStrength", "variationseedstrength", params["variationseedstrength"]);
  reading.take("strength", "initimagecreativity", params["initimagecreativity"]);
  reading.leaveRest(params, KNOWN);
  return reading;
};
