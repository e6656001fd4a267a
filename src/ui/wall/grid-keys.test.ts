import fc from "fast-check";
import { expect, it } from "vitest";
import { nextIndex } from "./grid-keys.ts";

/** Eleven pictures in rows of four, two rows a screen: the last row has three. */
const shape = { columns: 4, count: 11, page: 2 };

it.each<[string, number, number | null]>([
  ["ArrowRight", 3, 4],
  ["ArrowRight", 10, 10],
  ["ArrowLeft", 4, 3],
  ["ArrowLeft", 0, 0],
  ["ArrowDown", 1, 5],
  ["ArrowDown", 7, 10],
  ["ArrowDown", 8, 8],
  ["ArrowUp", 5, 1],
  ["ArrowUp", 2, 2],
  ["PageDown", 1, 9],
  ["PageDown", 5, 9],
  ["PageUp", 9, 1],
  ["PageUp", 6, 2],
  ["Home", 9, 0],
  ["End", 1, 10],
  ["x", 1, null],
])("%s from %i leads to %o", (key, from, to) => {
  expect(nextIndex(key, from, shape)).toBe(to);
});

it("no key leads out of the grid, whatever its shape", () => {
  const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"];
  const size = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(fc.constantFrom(...keys), size, size, size, fc.nat(), (key, columns, count, page, from) => {
      const next = nextIndex(key, from % count, { columns, count, page });
      expect(next).toBeGreaterThanOrEqual(0);
      expect(next).toBeLessThan(count);
    }),
  );
});
