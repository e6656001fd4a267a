import type { GridAxis } from "../../contracts/grid.ts";
import type { GenerationResult } from "../../contracts/progress.ts";
import { formatParameters, writePngText } from "../../core/metadata/index.ts";
import { layOutGrid } from "../../generation/grid/lay-out-grid.ts";
import { measureLabel, paintGrid, type GridCell } from "../../generation/grid/paint-grid.ts";
import { gridScript } from "../../generation/grid/script.ts";
import { easel } from "../easel.ts";
import { captionWords, labelWords } from "./grid-words.ts";
import type { GridPlan } from "./plan-grid.ts";

/** The labelled picture of a grid, its settings inside as AUTOMATIC1111 writes those of its X/Y plot. */
export async function gridPicture(
  { base, x, y, requests }: GridPlan,
  result: GenerationResult,
  cells: readonly (() => Promise<GridCell>)[],
): Promise<{ png: Blob; width: number; height: number }> {
  const modelName = (id: string) => easel.catalogue.find(id)?.name ?? id;
  const label = (axis: GridAxis) => axis.values.map((value) => labelWords(axis, value, modelName));
  const layout = layOutGrid(
    {
      columns: label(x),
      rows: y === null ? [""] : label(y),
      caption: captionWords(base, [x, y], modelName),
    },
    {
      width: Math.max(...requests.map(sizeOf("width"))),
      height: Math.max(...requests.map(sizeOf("height"))),
    },
    measureLabel(),
  );
  const plain = await paintGrid(layout, cells);
  const text = formatParameters(base, result, gridScript(x, y));
  const png = writePngText(new Uint8Array(await plain.arrayBuffer()), "parameters", text);
  return { png: new Blob([png], { type: "image/png" }), width: layout.width, height: layout.height };
}

/** With the second pass that makes it larger. */
function sizeOf(side: "width" | "height") {
  return (request: GridPlan["requests"][number]) => request[side] * (request.secondPass?.scale ?? 1);
}
