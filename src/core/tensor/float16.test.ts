import { expect, test } from "vitest";
import { float16BitsToFloat32, float32ToFloat16Bits } from "./float16.ts";

test.each([
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [-1e9, 0xfc00],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [2 ** -25 * 1.0001, 0x0001],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [Infinity, 0x7c00],
])("%d is stored as %i (IEEE 754, ties to even)", (value, bits) => {
  expect(float32ToFloat16Bits(value)).toBe(bits);
});

test("every half comes back as itself", () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = float16BitsToFloat32(bits);
    if (Number.isNaN(value))
      expect(Number.isNaN(float16BitsToFloat32(float32ToFloat16Bits(value)))).toBe(true);
    else expect(float32ToFloat16Bits(value)).toBe(bits);
  }
});
