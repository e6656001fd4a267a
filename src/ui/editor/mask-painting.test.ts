import fc from "fast-check";
import { expect, test } from "vitest";
import { coverageAt, pointsBetween, radiusAt } from "./brush.ts";
import { MaskPainting } from "./mask-painting.ts";

const hard = { size: 10, softness: 0, erase: false };
const at = (x: number, y: number, pressure = 1) => ({ x, y, pressure });
const value = (mask: MaskPainting, x: number, y: number) => mask.values[y * mask.width + x];

test("a hard brush covers its disc wholly and nothing else, a soft one fades outwards", () => {
  expect([0, 4, 5.6].map((distance) => coverageAt(distance, 5, 0))).toEqual([255, 255, 0]);
  const soft = [0, 2, 4, 6, 8, 10].map((distance) => coverageAt(distance, 10, 1));
  expect(soft).toEqual([...soft].sort((a, b) => b - a));
  expect(soft[0]).toBe(255);
  expect(soft[5]).toBeLessThan(5);
});

test("a mask that is laid on adds to what is painted, bares it again, and is one step of undo", () => {
  const mask = new MaskPainting(3, 1, Uint8ClampedArray.of(255, 100, 0));
  const thing = Uint8ClampedArray.of(0, 200, 255);
  expect(mask.lay(thing, false)).toEqual({ x: 0, y: 0, width: 3, height: 1 });
  expect([...mask.values]).toEqual([255, 200, 255]);
  mask.lay(thing, true);
  expect([...mask.values]).toEqual([255, 55, 0]);
  mask.undo();
  mask.undo();
  expect([...mask.values]).toEqual([255, 100, 0]);
  expect(() => mask.lay(Uint8ClampedArray.of(1), false)).toThrow("should have 3 values, not 1");
});

test("a stroke is a line without gaps, as wide as the pen is pressed", () => {
  const mask = new MaskPainting(100, 20);
  mask.begin(hard, at(10, 10));
  mask.to(at(90, 10));
  for (let x = 10; x < 90; x++) expect(value(mask, x, 10)).toBe(255);
  expect(value(mask, 50, 2)).toBe(0);
  expect(radiusAt(hard, 0)).toBe(1.25);
  expect(radiusAt(hard, 1)).toBe(5);
  expect(pointsBetween(at(0, 0, 0), at(10, 0, 1), 2).map(({ pressure }) => pressure)).toEqual([
    0.2, 0.4, 0.6, 0.8, 1,
  ]);
});

test("going over a place twice in a stroke is as going over it once", () => {
  const once = new MaskPainting(40, 40);
  once.begin({ ...hard, size: 20, softness: 1 }, at(20, 20));
  const twice = new MaskPainting(40, 40);
  twice.begin({ ...hard, size: 20, softness: 1 }, at(20, 20));
  twice.to(at(20, 20));
  twice.to(at(20, 20));
  expect(twice.values).toEqual(once.values);
});

test("the eraser takes away, invert swaps, clear empties", () => {
  const mask = new MaskPainting(30, 30);
  mask.begin(hard, at(15, 15));
  mask.begin({ ...hard, size: 4, erase: true }, at(15, 15));
  expect([value(mask, 15, 15), value(mask, 12, 15)]).toEqual([0, 255]);
  mask.invert();
  expect([value(mask, 15, 15), value(mask, 12, 15), value(mask, 0, 0)]).toEqual([255, 0, 255]);
  mask.clear();
  expect(mask.empty).toBe(true);
});

test("a stroke that leaves the picture, or never touches it, harms nothing", () => {
  const mask = new MaskPainting(20, 20);
  mask.begin(hard, at(-100, -100));
  mask.end();
  expect([mask.empty, mask.canUndo]).toEqual([true, false]);
  mask.begin(hard, at(10, 10));
  mask.to(at(500, 10));
  expect(value(mask, 19, 10)).toBe(255);
  expect(mask.abandon()).not.toBeNull();
  expect([mask.empty, mask.canUndo]).toEqual([true, false]);
});

test("undo and redo lead through every state that there was, and a new stroke ends what could be redone", () => {
  const step = fc.oneof(
    fc.record({
      x: fc.integer({ min: -5, max: 20 }),
      y: fc.integer({ min: -5, max: 20 }),
      erase: fc.boolean(),
    }),
    fc.constantFrom("invert" as const, "clear" as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const mask = new MaskPainting(16, 16);
      const states = [mask.values.slice()];
      for (const one of steps) {
        const before = mask.canUndo;
        if (one === "invert") mask.invert();
        else if (one === "clear") mask.clear();
        else {
          mask.begin({ size: 6, softness: 0.5, erase: one.erase }, at(one.x, one.y));
          mask.to(at(one.x + 4, one.y));
          mask.end();
        }
        expect(before && !mask.canUndo).toBe(false);
        states.push(mask.values.slice());
      }
      // A stroke beside the picture is no step.
      const distinct = states.filter((state, index) => index === 0 || !same(state, states[index - 1]!));
      const seen = [mask.values.slice()];
      while (mask.undo() !== null) if (!same(mask.values, seen[0]!)) seen.unshift(mask.values.slice());
      expect(seen.map(String)).toEqual(distinct.map(String));
      while (mask.redo() !== null);
      expect(same(mask.values, states.at(-1)!)).toBe(true);
      mask.undo();
      mask.invert();
      expect(mask.canRedo).toBe(false);
    }),
    { numRuns: 40 },
  );
});

function same(a: Uint8ClampedArray, b: Uint8ClampedArray): boolean {
  return a.every((value, index) => value === b[index]);
}
