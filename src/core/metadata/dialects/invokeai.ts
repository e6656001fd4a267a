import { asRecord, jsonObject, modelName, Reading, textNamed, type Dialect } from "./reading.ts";

const KNOWN = [
  "positive_prompt",
  "negative_prompt",
  "steps",
  "cfg_scale",
  "seed",
  "width",
  "height",
  "scheduler",
  "model",
  "strength",
  // About the program rather than the picture.
  "app_version",
  "generation_mode",
  "rand_device",
];

/** InvokeAI: `invokeai_metadata`, one JSON object. Its prompts are compel's, whose weights are written otherwise. */
export const readInvokeAi: Dialect = (texts) => {
  const metadata = jsonObject(textNamed(texts, "invokeai_metadata"));
  if (metadata === undefined) return undefined;
  const reading = new Reading("InvokeAI");
  reading.take("prompt", "positive_prompt", metadata["positive_prompt"]);
  reading.take("negativePrompt", "negative_prompt", metadata["negative_prompt"]);
  reading.take("numSteps", "steps", metadata["steps"]);
  reading.take("guidanceScale", "cfg_scale", metadata["cfg_scale"]);
  reading.take("seed", "seed", metadata["seed"]);
  reading.take("width", "width", metadata["width"]);
  reading.take("height", "height", metadata["height"]);
  reading.takeSampler("scheduler", metadata["scheduler"]);
  reading.take("strength", "strength", metadata["strength"]);
  const model = asRecord(metadata["model"]);
  reading.take("model", "model", modelName(model?.["name"] ?? model?.["model_name"] ?? metadata["model"]));
  reading.leaveRest(metadata, KNOWN);
  return reading;
};
