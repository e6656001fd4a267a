import type { GridAxis, GridParameter, GridValue } from "../../contracts/grid.ts";
import { SCHEDULERS } from "../../contracts/request-limits.ts";
import { SAMPLER_NAMES } from "../../core/metadata/scheduler-names.ts";
import { writeWords } from "./word-list.ts";

/** What AUTOMATIC1111's X/Y plot calls them. */
const TYPES: Readonly<Record<GridParameter, string>> = Object.freeze({
  steps: "Steps",
  guidance: "CFG Scale",
  seed: "Seed",
  scheduler: "Sampler",
  model: "Checkpoint name",
  prompt: "Prompt S/R",
  strength: "Denoising",
});

/** What a grid adds to the settings in its file, as AUTOMATIC1111 writes them for its X/Y plot. */
export function gridScript(x: GridAxis, y: GridAxis | null): Record<string, string> {
  const named = (axis: string, { parameter, values }: GridAxis) => ({
    [`${axis} Type`]: TYPES[parameter],
    [`${axis} Values`]: writeWords(values.map((value) => valueText(parameter, value))),
  });
  return { Script: "X/Y/Z plot", ...named("X", x), ...(y && named("Y", y)) };
}

function valueText(parameter: GridParameter, value: GridValue): string {
  const scheduler = parameter === "scheduler" ? SCHEDULERS.find((name) => name === value) : undefined;
  return scheduler === undefined ? String(value) : SAMPLER_NAMES[scheduler];
}
