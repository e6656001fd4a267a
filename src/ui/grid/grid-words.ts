import type { GridAxis, GridParameter, GridValue } from "../../contracts/grid.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import { SCHEDULERS } from "../../contracts/request-limits.ts";
import { numberWords, percentWords } from "../../language/quantities.ts";
import { m } from "../../paraglide/messages.js";
import { schedulerName } from "../fields/scheduler-words.ts";

const NAMES: Readonly<Record<GridParameter, () => string>> = Object.freeze({
  steps: m.steps_label,
  guidance: m.guidance_label,
  seed: m.seed_label,
  scheduler: m.scheduler_label,
  model: m.model_label,
  prompt: m.grid_words,
  strength: m.start_strength,
});

export function parameterName(parameter: GridParameter): string {
  return NAMES[parameter]();
}

/** A value as it is read: a model by its name, where there is one of that id. */
export function valueWords(
  parameter: GridParameter,
  value: GridValue,
  modelName: (id: string) => string,
): string {
  switch (parameter) {
    case "steps":
    case "guidance":
      return numberWords(Number(value));
    case "strength":
      return percentWords(Number(value));
    case "seed":
      return String(value);
    case "scheduler": {
      const known = SCHEDULERS.find((name) => name === value);
      return known === undefined ? String(value) : schedulerName(known);
    }
    case "model":
      return modelName(String(value));
    case "prompt":
      return value === "" ? m.grid_no_words() : String(value);
  }
}

/** What is written over a column or before a row: a number says of what, words speak for themselves. */
export function labelWords(
  { parameter }: GridAxis,
  value: GridValue,
  modelName: (id: string) => string,
): string {
  const words = valueWords(parameter, value, modelName);
  if (typeof value === "string") return words;
  return m.grid_label({ name: parameterName(parameter), value: words });
}

/** An axis in a line: "Steps: 5, 10, 20". */
export function axisWords(
  { parameter, values }: GridAxis,
  modelName: (id: string) => string = (id) => id,
): string {
  const words = values.map((value) => valueWords(parameter, value, modelName)).join(", ");
  return m.grid_axis({ name: parameterName(parameter), values: words });
}

/** What the pictures of a grid share, in the lines beneath them. */
export function captionWords(
  request: GenerationRequest,
  axes: readonly (GridAxis | null)[],
  modelName: (id: string) => string,
): string[] {
  const changes = (parameter: GridParameter) => axes.some((axis) => axis?.parameter === parameter);
  const said: [GridParameter, string][] = [
    ["model", modelName(request.model)],
    ["steps", m.settings_steps({ steps: numberWords(request.numSteps) })],
    ["guidance", m.settings_guidance({ guidance: numberWords(request.guidanceScale) })],
    ["seed", m.settings_seed({ seed: String(request.seed) })],
    ["scheduler", schedulerName(request.scheduler)],
  ];
  const negative = request.negativePrompt === "" ? [] : [m.grid_without({ words: request.negativePrompt })];
  const settings = said.filter(([parameter]) => !changes(parameter)).map(([, words]) => words);
  return [request.prompt, ...negative, settings.join(" · ")];
}
