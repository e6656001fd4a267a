import { z } from "zod";
import type { Camel } from "./casing.ts";

/** What a grid's pictures can differ in. `prompt`: the first value's words are sought, and each value put in their place. */
export const GRID_PARAMETERS = [
  "steps",
  "guidance",
  "seed",
  "scheduler",
  "model",
  "prompt",
  "strength",
] as const;
export type GridParameter = (typeof GRID_PARAMETERS)[number];

/** So many pictures a grid has at most, and so many values an axis. */
export const MOST_CELLS = 100;

const axisSchema = z.object({
  parameter: z.enum(GRID_PARAMETERS),
  values: z
    .array(z.union([z.string().max(10_000), z.number()]))
    .min(1)
    .max(MOST_CELLS),
});

/** A picture that is a grid of others: x changes along its columns, y down its rows. */
export const gridSchema = z.object({
  x: axisSchema,
  /** null: one row. */
  y: axisSchema.nullable(),
  /** The jobs of its pictures, row by row; one that failed or was cancelled has no picture, or is gone. */
  cells: z.array(z.uuid()).min(1).max(MOST_CELLS),
});
export type Grid = Camel<z.infer<typeof gridSchema>>;
export type GridAxis = Grid["x"];
export type GridValue = GridAxis["values"][number];
