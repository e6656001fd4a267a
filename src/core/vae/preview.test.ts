import { expect, test } from "vitest";
import { floatTensor } from "../tensor/tensor.ts";
import { previewImage, PreviewBudget } from "./preview.ts";

test("a preview is the manifest's linear map of each latent pixel, clamped to 0..255", () => {
  // Two channels, one row of two pixels: [1, -1] and [0, 4].
  const latents = floatTensor([1, 2, 1, 2], Float32Array.of(1, 0, -1, 4));
  const image = previewImage(latents, {
    latentRgbFactors: [
      [0.2, 0, 0.1],
      [0, 0.3, 0.1],
    ],
    bias: [0.4, 0.5, 0],
  });
  expect(image).toMatchObject({ width: 2, height: 1 });
  // (0.4 + 0.2, 0.5 - 0.3, 0) and (0.4, 0.5 + 1.2 clamped, 0.4) of 255
  expect([...image.data]).toEqual([153, 51, 0, 255, 102, 255, 102, 255]);
});

test("previews take at most 3 % of the time: a dear one is not made again before it has paid off", () => {
  const budget = new PreviewBudget(0);
  expect(budget.allows(1)).toBe(true);
  budget.spend(6);
  // Spent 6 and another 6 to come: 12 ms are 3 % of 400 ms.
  expect(budget.allows(399)).toBe(false);
  expect(budget.allows(400)).toBe(true);
});
