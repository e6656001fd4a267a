import { expect, test } from "vitest";
import { ASPECTS, aspectOf, sizeOf, snapped, swapped, type Sizes } from "./aspects.ts";

const mini: Sizes = {
  sizes: [
    [128, 128],
    [192, 128],
    [128, 192],
  ],
  defaults: { width: 128, height: 128 },
};
const ruled: Sizes = {
  sizes: [[512, 512]],
  sizeRule: { multipleOf: 64, min: 256, max: 1024, maxPixels: 1024 * 768 },
  defaults: { width: 512, height: 512 },
};
const one: Sizes = { sizes: [[512, 512]], defaults: { width: 512, height: 512 } };

test("a model offers the shapes that it draws, each in about the size that suits it", () => {
  const offered = (model: Sizes) => ASPECTS.filter((aspect) => sizeOf(aspect, model) !== undefined);
  expect(offered(mini)).toEqual(["3:2", "1:1", "2:3"]);
  expect(offered(one)).toEqual(["1:1"]);
  expect(offered(ruled)).toEqual(ASPECTS);
  expect(sizeOf("16:9", ruled)).toEqual([704, 384]);
  expect(sizeOf("3:2", mini)).toEqual([192, 128]);
});

test("a size tells its shape", () => {
  expect(aspectOf([128, 192], mini)).toBe("2:3");
  expect(aspectOf([704, 384], ruled)).toBe("16:9");
  expect(aspectOf([1024, 256], ruled)).toBeUndefined();
});

test("sizes are snapped to what the model draws, and sides swapped as far as it does", () => {
  expect(snapped([500, 300], ruled)).toEqual([512, 320]);
  expect(snapped([500, 300], mini)).toEqual([192, 128]);
  expect(swapped([704, 384], ruled)).toEqual([384, 704]);
  expect(swapped([512, 512], one)).toEqual([512, 512]);
});
