import { expect, test } from "vitest";
import type { TensorInfo } from "../core/runtime/inference-runtime.ts";
import { drawnByRule } from "../core/tasks/conformance.ts";
import { fitGraph } from "./fit-graph.ts";
import type { Preprocessor } from "./preprocessor.ts";
import { withinEdges } from "./target-size.ts";

const preprocessor: Preprocessor = {
  resize: { to: withinEdges(8, 16), filter: "bilinear" },
  crop: undefined,
  rescale: undefined,
  pads: true,
  normalise: undefined,
};
const input = (name: string, dims: TensorInfo["dims"]): TensorInfo => ({ name, type: "float32", dims });

test("a mask that is coarser than the picture has ones where the picture lies, and zeros beyond it", () => {
  const picture = drawnByRule(() => [255, 255, 255], 32, 16);
  const { feeds, whole } = fitGraph(picture, preprocessor, {
    inputs: [input("pixel_values", ["batch", 3, 16, 32]), input("pixel_mask", ["batch", 4, 4])],
  });
  // The picture becomes 16 x 8, of 32 x 16.
  expect(Array.from(feeds.pixel_mask!.values)).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(feeds.pixel_values!.dims).toEqual([1, 3, 16, 32]);
  expect(Array.from(feeds.pixel_values!.values).filter((value) => value === 255)).toHaveLength(3 * 16 * 8);
  expect(whole).toMatchObject({ width: 32, height: 16 });
});

test("without a mask the boxes are shares of the picture and of the zeros that follow it", () => {
  const picture = drawnByRule(() => [255, 255, 255], 32, 16);
  const { whole } = fitGraph(picture, preprocessor, { inputs: [input("pixel_values", [1, 3, 16, 32])] });
  expect(whole).toEqual({ width: 64, height: 32 });
});
