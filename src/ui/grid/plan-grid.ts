import { asFailure, EaselError } from "../../contracts/errors.ts";
import { MOST_CELLS, type GridAxis } from "../../contracts/grid.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import { completeRequest, requireDrawable } from "../../core/request/complete-request.ts";
import { gridInputs, readAxis } from "../../generation/grid/axis.ts";
import type { Where } from "../../generation/choose-place.ts";
import { numberWords } from "../../language/quantities.ts";
import { m } from "../../paraglide/messages.js";
import { easel } from "../easel.ts";
import type { Told } from "../language/failure-words.ts";
import { compose, isReady, withWordsDrawn } from "../studio/compose.ts";
import type { Source } from "../studio/queue.svelte.ts";
import { firstValues } from "./first-values.ts";
import type { AxisName, GridSetup } from "./grid-setup.svelte.ts";

/** A grid that can be drawn. */
export interface GridPlan {
  /** What its pictures share: the words of the prompt as they were written. */
  base: GenerationRequest;
  x: GridAxis;
  y: GridAxis | null;
  /** Row by row. */
  requests: GenerationRequest[];
  where: Where;
  source: Source;
}

export type Planned =
  | { ok: true; plan: GridPlan }
  /** `axis`: whose values are to blame; null: the fields, or the grid as a whole. */
  | { ok: false; axis: AxisName | null; failure: Told };

/** What an axis' text is: as it was typed, or what suits the fields where nothing was. */
export function axisText(setup: GridSetup, name: AxisName): string {
  const { parameter, texts } = setup.of(name);
  if (parameter === null) return "";
  const { fields, catalogue } = easel;
  return texts[parameter] ?? firstValues(parameter, fields.values, catalogue.models);
}

/** Reads the panel and the fields. @param drawSeed for the seed that all pictures share where the fields have none */
export function planGrid(setup: GridSetup, drawSeed: () => number): Planned {
  const { fields, further, startingPicture: start, styles, catalogue, wordLists } = easel;
  const composed = compose({ fields, further, start, styles, catalogue });
  if (!composed.ok) {
    const [first = { message: "" }] = composed.failure ? [composed.failure] : composed.errors;
    return { ok: false, axis: null, failure: first };
  }
  const { input, model, source } = composed;
  const models = catalogue.models.filter(isReady);
  const axes: Record<AxisName, GridAxis | null> = { x: null, y: null };
  for (const name of ["x", "y"] as const) {
    const { parameter } = setup.of(name);
    if (parameter === null) continue;
    let message = "";
    if (name === "y" && parameter === axes.x?.parameter && parameter !== "prompt") message = m.grid_same();
    else
      axes[name] =
        readAxis(parameter, axisText(setup, name), input, models, (said) => (message = said)) ?? null;
    if (message !== "") return { ok: false, axis: name, failure: { message } };
  }
  const { x, y } = axes;
  if (x === null) return { ok: false, axis: "x", failure: { message: m.grid_values_empty() } };
  const count = x.values.length * (y?.values.length ?? 1);
  if (count > MOST_CELLS) {
    const message = m.grid_many({ count: numberWords(count), most: numberWords(MOST_CELLS) });
    return { ok: false, axis: null, failure: { message } };
  }
  try {
    const base = completeRequest(input, model, drawSeed);
    const [unknown] = withWordsDrawn(base, wordLists.all).errors;
    if (unknown !== undefined) return { ok: false, axis: null, failure: unknown };
    const requests = gridRequests(base, x, y);
    return { ok: true, plan: { base, x, y, requests, where: fields.values.where, source } };
  } catch (thrown) {
    return { ok: false, axis: null, failure: asFailure(thrown) };
  }
}

/**
 * The requests of a grid's pictures, row by row.
 * @throws EaselError where one of them can't be drawn
 */
export function gridRequests(base: GenerationRequest, x: GridAxis, y: GridAxis | null): GenerationRequest[] {
  const { catalogue, wordLists } = easel;
  return gridInputs(base, x, y, catalogue.models.filter(isReady)).map((input) => {
    const id = input.model ?? base.model;
    const model = catalogue.find(id);
    if (model === undefined)
      throw new EaselError("unknown_model", `The model ${id} is not here any more.`, {
        hint: "Choose another one.",
      });
    const complete = completeRequest(input, model, () => base.seed);
    const { request } = withWordsDrawn(complete, wordLists.all);
    requireDrawable(request, model);
    return request;
  });
}
