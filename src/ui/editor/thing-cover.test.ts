import { expect, test } from "vitest";
import { coverOf } from "./thing-cover.ts";

test("a trace of a thing is kept, half of it is drawn anew wholly, and between it fades", () => {
  const [trace, edge, half, whole] = coverOf(Uint8ClampedArray.of(40, 90, 128, 250));
  expect([trace, half, whole]).toEqual([0, 255, 255]);
  expect(edge).toBeGreaterThan(100);
  expect(edge).toBeLessThan(150);
});
