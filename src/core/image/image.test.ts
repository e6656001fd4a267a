import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { drawnByRule, PICTURE_RULE } from "../tasks/conformance.ts";
import { TorchGenerator } from "../tensor/generator.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { upscaleLatents } from "../vae/upscale-latents.ts";
import { fitImage } from "./fit.ts";
import { growCanvas } from "./grow-canvas.ts";
import { composite, latentMask, maskOf, maskedPixels } from "./mask.ts";
import { resizeImage } from "./resize.ts";

/** What Pillow and PyTorch made (models/lab, `python -m lab.vectors --only tasks`). */
type ResizeCase =
  | {
      task: "resize";
      from: [number, number];
      to: [number, number];
      box: [number, number, number, number] | null;
      pixels: number[];
    }
  | { task: "interpolate"; seed: number; from: [number, number]; to: [number, number]; latents: number[] };
const { cases } = JSON.parse(readFileSync("models/lab/vectors/tasks.json", "utf8")) as {
  cases: ResizeCase[];
};

const rgb = (data: Uint8ClampedArray): number[] => [...data].filter((_, i) => i % 4 !== 3);
const grey = (value: number) => (): number[] => [value, value, value];

describe("resizing is Pillow's LANCZOS", () => {
  const resizes = cases.filter((vector) => vector.task === "resize");
  test("there are vectors that enlarge, shrink and cut", () => expect(resizes).toHaveLength(3));
  test.each(resizes)("$from to $to", ({ from, to, box, pixels }) => {
    const part = box && { left: box[0], top: box[1], width: box[2] - box[0], height: box[3] - box[1] };
    const image = resizeImage(drawnByRule(PICTURE_RULE, ...from), ...to, part ?? undefined);
    expect(rgb(image.data)).toEqual(pixels);
  });
});

test.each(cases.filter((vector) => vector.task === "interpolate"))(
  "latents of $from are enlarged to $to as PyTorch's bilinear does",
  ({ seed, from: [height, width], to, latents }) => {
    const given = floatTensor([1, 2, height, width], new TorchGenerator(seed).randn(2 * height * width));
    const enlarged = upscaleLatents(given, ...to);
    enlarged.data.forEach((value, i) => expect(value).toBeCloseTo(latents[i]!, 5));
  },
);

describe("an input picture is fitted to the request's size", () => {
  test("the middle of the wanted shape is taken, nothing is distorted", () => {
    // Left third red, middle green, right blue: a square of the middle is green alone.
    const wide = drawnByRule((x) => (x < 30 ? [255, 0, 0] : x < 60 ? [0, 255, 0] : [0, 0, 255]), 90, 30);
    const fitted = fitImage(wide, 10, 10);
    expect([fitted.width, fitted.height]).toEqual([10, 10]);
    expect(rgb(fitted.data.subarray(4 * 45, 4 * 46))).toEqual([0, 255, 0]);
  });

  test("transparency is laid on white, and a picture of the right size is otherwise untouched", () => {
    const image = drawnByRule(grey(100), 2, 1);
    image.data[3] = 0;
    image.data[7] = 128;
    expect([...fitImage(image, 2, 1).data]).toEqual([255, 255, 255, 255, 177, 177, 177, 255]);
  });
});

describe("a mask", () => {
  const soft = maskOf(drawnByRule((x) => [x * 60, x * 60, x * 60], 4, 4));

  test("is its picture's luma: white is drawn anew, black kept, grey mixed", () => {
    expect([...soft.values.subarray(0, 4)].map((value) => Math.round(value * 255))).toEqual([
      0, 60, 120, 180,
    ]);
    const colours = maskOf(
      drawnByRule(
        (x) =>
          [
            [255, 0, 0],
            [0, 255, 0],
            [0, 0, 255],
          ][x]!,
        3,
        1,
      ),
    );
    expect([...colours.values].map((value) => Math.round(value * 255))).toEqual([76, 150, 29]);
  });

  test("of latents takes each square's upper left pixel, and stays soft", () => {
    const latents = latentMask(soft, 2, 2);
    expect(latents.dims).toEqual([1, 1, 2, 2]);
    expect([...latents.data].map((value) => Math.round(value * 255))).toEqual([0, 120, 0, 120]);
  });

  test("hides from an inpainting model what is drawn anew: grey from one half on", () => {
    const pixels = floatTensor([1, 3, 4, 4], new Float32Array(48).fill(0.7));
    const kept = maskedPixels(pixels, soft);
    expect([...kept.data.subarray(0, 4)].map((value) => Math.round(value * 10))).toEqual([7, 7, 7, 0]);
    expect(pixels.data[3]).toBeCloseTo(0.7);
  });

  test("lets the original through untouched where it is black, mixes where it is grey", () => {
    const image = composite(drawnByRule(grey(200), 4, 4), drawnByRule(grey(100), 4, 4), soft);
    expect([...image.data].filter((_, i) => i % 4 === 0).slice(0, 4)).toEqual([100, 124, 147, 171]);
  });
});

test("a grown canvas holds the picture, its edges drawn out, and a mask that fades into the picture", () => {
  const picture = drawnByRule((x, y) => [10 * x, 10 * y, 7], 6, 4);
  const { initImage, maskImage } = growCanvas(picture, { left: 0, top: 2, right: 3, bottom: 0 }, 3);
  expect([initImage.width, initImage.height]).toEqual([9, 6]);
  expect([maskImage.width, maskImage.height]).toEqual([9, 6]);
  const at = ({ width, data }: typeof initImage, x: number, y: number): number[] => [
    ...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3),
  ];
  expect(at(initImage, 2, 3)).toEqual([20, 10, 7]);
  expect(at(initImage, 2, 0)).toEqual([20, 0, 7]);
  expect(at(initImage, 8, 5)).toEqual([50, 30, 7]);
  // Along the last row: kept on the left, where no margin is; three steps up to the new part on the right.
  const row = Array.from({ length: 9 }, (_, x) => at(maskImage, x, 5)[0]);
  expect(row).toEqual([0, 0, 0, 64, 128, 191, 255, 255, 255]);
  expect(at(maskImage, 0, 1)).toEqual([255, 255, 255]);
});
