import { expect, test } from "vitest";
import { floatTensor } from "../core/tensor/tensor.ts";
import { stack } from "./stack.ts";

/** Three values in a picture of this width, all of them this number. */
const picture = (width: number, value: number) =>
  floatTensor([1, 3, 1, width], new Float32Array(3 * width).fill(value));
const graph = (first: number | string) => ({
  inputs: [{ name: "pixel_values", type: "float32" as const, dims: [first, 3, "height", "width"] }],
});

test("pictures that follow each other in one size go together, and all keep their order", () => {
  const pictures = [picture(2, 1), picture(2, 2), picture(1, 3), picture(2, 4)];
  const batches = stack(pictures, graph("batch"));
  expect(batches.map(({ feed, count }) => [count, feed.dims])).toEqual([
    [2, [2, 3, 1, 2]],
    [1, [1, 3, 1, 1]],
    [1, [1, 3, 1, 2]],
  ]);
  expect(Array.from(batches[0]!.feed.values)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
  expect(Array.from(batches[2]!.feed.values)).toEqual(Array(6).fill(4));
});

test("a graph that takes one picture is given one at a time", () => {
  const batches = stack([picture(2, 1), picture(2, 2)], graph(1));
  expect(batches.map(({ feed }) => feed.dims)).toEqual([
    [1, 3, 1, 2],
    [1, 3, 1, 2],
  ]);
});
