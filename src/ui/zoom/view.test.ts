import fc from "fast-check";
import { expect, test } from "vitest";
import { clampView, fitView, panned, pinched, toPicture, zoomAround } from "./view.ts";

const box = { width: 400, height: 300 };
const picture = { width: 100, height: 100 };

test("the whole picture lies in the middle of its box", () => {
  expect(fitView(box, picture)).toEqual({ scale: 3, x: 50, y: 0 });
  expect(fitView(box, { x: -50, y: 20, width: 200, height: 100 })).toEqual({ scale: 2, x: 100, y: 10 });
});

test("zooming and pinching keep what is beneath pointer and fingers, until a limit is reached", () => {
  const coordinate = fc.double({ min: 0, max: 300, noNaN: true });
  const point = fc.record({ x: coordinate, y: coordinate });
  fc.assert(
    fc.property(point, fc.double({ min: 0.5, max: 2, noNaN: true }), (at, factor) => {
      const view = { scale: 4, x: -30, y: 12 };
      const [before, after] = [toPicture(view, at), toPicture(zoomAround(view, factor, at, 1), at)];
      expect(after.x).toBeCloseTo(before.x, 6);
      expect(after.y).toBeCloseTo(before.y, 6);
    }),
  );
  const view = { scale: 2, x: 0, y: 0 };
  const next = pinched(
    view,
    [
      { x: 100, y: 100 },
      { x: 200, y: 100 },
    ],
    [
      { x: 120, y: 150 },
      { x: 320, y: 150 },
    ],
    1,
  );
  expect(next.scale).toBe(4);
  expect(toPicture(next, { x: 120, y: 150 })).toEqual(toPicture(view, { x: 100, y: 100 }));
  expect(zoomAround(view, 1000, { x: 0, y: 0 }, 1).scale).toBe(32);
  expect(zoomAround(view, 0.001, { x: 0, y: 0 }, 1).scale).toBe(1);
});

test("a picture larger than its box leaves no gap, a smaller one stays in the middle", () => {
  const near = { scale: 8, x: 0, y: 0 };
  expect(clampView(panned(near, 500, -5_000), box, picture)).toEqual({ scale: 8, x: 0, y: -500 });
  expect(clampView({ scale: 1, x: 3, y: 999 }, box, picture)).toEqual({ scale: 1, x: 150, y: 100 });
});
