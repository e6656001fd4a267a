import { z } from "zod";
import { GRID_PARAMETERS, type Grid, type GridAxis, type GridParameter } from "../../contracts/grid.ts";
import { writeWords } from "../../generation/grid/word-list.ts";
import { keep, readKept } from "../../kept/kept.ts";

const KEY = "easel-grid";

const axisSchema = z.object({
  /** null: nothing changes along it. */
  parameter: z.enum(GRID_PARAMETERS).nullable(),
  /** What was typed, by parameter: going from one to another and back loses nothing. */
  texts: z.partialRecord(z.enum(GRID_PARAMETERS), z.string()),
});
const setupSchema = z.object({ x: axisSchema, y: axisSchema });
export type AxisSetup = z.infer<typeof axisSchema>;
export type AxisName = keyof z.infer<typeof setupSchema>;

/** Has the panel begin with what a grid was made of. */
export function keepGridSetup({ x, y }: Pick<Grid, "x" | "y">): void {
  const setupOf = ({ parameter, values }: GridAxis): AxisSetup => ({
    parameter,
    texts: { [parameter]: writeWords(values.map(String)) },
  });
  keep(localStorage, KEY, { x: setupOf(x), y: y === null ? { parameter: null, texts: {} } : setupOf(y) });
}

/** What the grid's panel says, kept across visits. */
export class GridSetup {
  #axes = $state.raw<Readonly<Record<AxisName, AxisSetup>>>(
    readKept(localStorage, KEY, (value) => setupSchema.parse(value)) ?? {
      x: { parameter: "steps", texts: {} },
      y: { parameter: "guidance", texts: {} },
    },
  );

  of(axis: AxisName): AxisSetup {
    return this.#axes[axis];
  }

  choose(axis: AxisName, parameter: GridParameter | null): void {
    this.#set({ ...this.#axes, [axis]: { ...this.#axes[axis], parameter } });
  }

  write(axis: AxisName, parameter: GridParameter, text: string): void {
    const { texts } = this.#axes[axis];
    this.#set({ ...this.#axes, [axis]: { parameter, texts: { ...texts, [parameter]: text } } });
  }

  /** There is always something along the columns. */
  swap(): void {
    const { x, y } = this.#axes;
    if (y.parameter !== null) this.#set({ x: y, y: x });
  }

  #set(axes: Record<AxisName, AxisSetup>): void {
    this.#axes = axes;
    keep(localStorage, KEY, axes);
  }
}
