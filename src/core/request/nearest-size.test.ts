import { expect, test } from "vitest";
import { nearestSize } from "./nearest-size.ts";

const sizes: [number, number][] = [
  [512, 512],
  [768, 512],
  [512, 768],
  [1024, 1024],
];
const sizeRule = { multipleOf: 8, min: 256, max: 1024, maxPixels: 1024 * 768 };

test.each([
  ["one that is there", [768, 512], [768, 512]],
  ["the same shape, the nearer area", [600, 600], [512, 512]],
  ["the same shape, larger than all", [4096, 4096], [1024, 1024]],
  ["the nearer shape", [1792, 1024], [768, 512]],
  ["tall", [1024, 1792], [512, 768]],
] as const)("of a list: %s", (_, wanted, expected) => {
  expect(nearestSize({ sizes }, wanted)).toEqual(expected);
});

test.each([
  ["as asked", [640, 360], [640, 360]],
  ["a side that is no multiple", [645, 363], [648, 360]],
  ["too large: the shape stays", [2048, 1024], [1024, 512]],
  ["too many pixels", [1024, 1024], [880, 880]],
  ["too small a side", [512, 64], [512, 256]],
] as const)("by a rule: %s", (_, wanted, expected) => {
  expect(nearestSize({ sizes: [[512, 768]], sizeRule }, wanted)).toEqual(expected);
});
