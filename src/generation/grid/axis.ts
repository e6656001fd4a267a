import type { GridAxis, GridParameter, GridValue } from "../../contracts/grid.ts";
import { MOST_CELLS } from "../../contracts/grid.ts";
import type { Manifest } from "../../contracts/model.ts";
import type { RequestInput } from "../../contracts/request.ts";
import { LIMITS, SCHEDULERS } from "../../contracts/request-limits.ts";
import { nearestSize } from "../../core/request/nearest-size.ts";
import { schedulersFor } from "../../core/schedulers/kinds.ts";
import { m } from "../../paraglide/messages.js";
import { readNumbers, type NumberBounds } from "./number-list.ts";
import { readWords } from "./word-list.ts";

/** What of a model decides over a grid's pictures. */
export type GridModel = Pick<Manifest, "id" | "sizes" | "sizeRule" | "defaults">;

const BOUNDS: Readonly<Record<"steps" | "guidance" | "seed" | "strength", NumberBounds>> = Object.freeze({
  steps: { min: LIMITS.minSteps, max: LIMITS.maxSteps, whole: true, most: MOST_CELLS },
  guidance: { min: 0, max: LIMITS.maxGuidanceScale, whole: false, most: MOST_CELLS },
  seed: { min: 0, max: LIMITS.maxSeed, whole: true, most: MOST_CELLS },
  strength: { min: 0, max: 1, whole: false, most: MOST_CELLS },
});

/**
 * An axis from what was typed for it: numbers as {@link readNumbers} takes them, else words between commas.
 * @param base the request that the grid's pictures share
 * @returns undefined after `refuse` was told why
 */
export function readAxis(
  parameter: GridParameter,
  text: string,
  base: Pick<RequestInput, "prompt" | "negativePrompt">,
  models: readonly GridModel[],
  refuse: (message: string) => void,
): GridAxis | undefined {
  switch (parameter) {
    case "steps":
    case "guidance":
    case "seed":
    case "strength": {
      const values = readNumbers(text, BOUNDS[parameter], refuse);
      return values && { parameter, values };
    }
    case "scheduler":
    case "model": {
      const known: readonly string[] = parameter === "model" ? models.map(({ id }) => id) : SCHEDULERS;
      const values = readWords(text).filter((word) => known.includes(word));
      if (values.length > 0) return { parameter, values };
      refuse(m.grid_choices_empty());
      return undefined;
    }
    case "prompt":
      return readPromptWords(text, base, refuse);
  }
}

/** The first words are sought, so they must be there; the others need not be. */
function readPromptWords(
  text: string,
  { prompt, negativePrompt = "" }: Pick<RequestInput, "prompt" | "negativePrompt">,
  refuse: (message: string) => void,
): GridAxis | undefined {
  const values = [...new Set(readWords(text))];
  const [sought = ""] = values;
  if (values.length > MOST_CELLS) refuse(m.grid_values_many({ most: String(MOST_CELLS) }));
  else if (values.length < 2 || sought === "") refuse(m.grid_words_few());
  else if (!prompt.includes(sought) && !negativePrompt.includes(sought))
    refuse(m.grid_words_absent({ words: sought }));
  else return { parameter: "prompt", values };
  return undefined;
}

/**
 * The request with one value of an axis. Another model draws its size nearest to the one asked for, and with its own
 * scheduler where it was trained otherwise; nothing else changes, so that like is compared with like.
 */
export function withValue(
  input: RequestInput,
  { parameter, values }: GridAxis,
  value: GridValue,
  models: readonly GridModel[],
): RequestInput {
  switch (parameter) {
    case "steps":
      return { ...input, numSteps: Number(value) };
    case "guidance":
      return { ...input, guidanceScale: Number(value) };
    case "seed":
      return { ...input, seed: Number(value) };
    case "strength":
      return { ...input, strength: Number(value) };
    case "scheduler": {
      const scheduler = SCHEDULERS.find((name) => name === value);
      return scheduler === undefined ? input : { ...input, scheduler };
    }
    case "model":
      return withModel(
        input,
        models.find(({ id }) => id === value),
      );
    case "prompt": {
      const put = (text: string) => text.replaceAll(String(values[0]), () => String(value));
      return { ...input, prompt: put(input.prompt), negativePrompt: put(input.negativePrompt ?? "") };
    }
  }
}

function withModel(input: RequestInput, model: GridModel | undefined): RequestInput {
  if (model === undefined) return input;
  const { width = model.defaults.width, height = model.defaults.height } = input;
  const [nearWidth, nearHeight] = nearestSize(model, [width, height]);
  const own = model.defaults.scheduler;
  const scheduler = schedulersFor(own).find((name) => name === input.scheduler) ?? own;
  return {
    ...input,
    model: model.id,
    modelRevision: undefined,
    scheduler,
    width: nearWidth,
    height: nearHeight,
  };
}

/**
 * The requests of a grid's pictures, row by row.
 * @param base what they share; with a seed, so that they differ in nothing else
 */
export function gridInputs(
  base: RequestInput,
  x: GridAxis,
  y: GridAxis | null,
  models: readonly GridModel[],
): RequestInput[] {
  const rows = y === null ? [base] : y.values.map((value) => withValue(base, y, value, models));
  return rows.flatMap((row) => x.values.map((value) => withValue(row, x, value, models)));
}
