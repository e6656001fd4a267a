import fc from "fast-check";
import { expect, test } from "vitest";
import {
  growsBeyond,
  HANDLES,
  largestFrame,
  moveFrame,
  moveHandle,
  scaleFrame,
  type Handle,
} from "./frame.ts";

const picture = { width: 120, height: 80 };
const whole = { x: 0, y: 0, width: 120, height: 80 };

test("at first the frame holds as much of the picture as its shape lets it", () => {
  expect(largestFrame(picture, 1.5)).toEqual(whole);
  expect(largestFrame(picture, 1)).toEqual({ x: 20, y: 0, width: 80, height: 80 });
  expect(largestFrame(picture, 3)).toEqual({ x: 0, y: 20, width: 120, height: 40 });
});

test.each<[Handle, number, number, object]>([
  ["right", 60, 0, { x: 0, y: -20, width: 180, height: 120 }],
  ["left", -60, 0, { x: -60, y: -20, width: 180, height: 120 }],
  ["bottom", 0, 40, { x: -30, y: 0, width: 180, height: 120 }],
  ["top", 0, -40, { x: -30, y: -40, width: 180, height: 120 }],
  ["bottom_right", 60, 1, { x: 0, y: 0, width: 180, height: 120 }],
  ["top_left", 1, -40, { x: -60, y: -40, width: 180, height: 120 }],
  ["right", -60, 0, { x: 0, y: 20, width: 60, height: 40 }],
])("dragging %s by %i, %i gives %o", (handle, dx, dy, frame) => {
  expect(moveHandle(whole, handle, dx, dy, picture, 1.5)).toEqual(frame);
});

test("whatever is dragged, the shape stays and some of the picture is in the frame", () => {
  const by = fc.integer({ min: -600, max: 600 });
  const step = fc.record({ handle: fc.constantFrom(...(Object.keys(HANDLES) as Handle[])), dx: by, dy: by });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), fc.constantFrom(0.5, 1, 1.5), (steps, shape) => {
      let frame = largestFrame(picture, shape);
      for (const { handle, dx, dy } of steps) {
        frame = moveFrame(moveHandle(frame, handle, dx, dy, picture, shape), dy, dx, picture);
        expect(Math.abs(frame.height - frame.width / shape)).toBeLessThanOrEqual(1);
        expect(Math.max(frame.width, frame.height)).toBeLessThanOrEqual(481);
        expect(frame.x).toBeLessThanOrEqual(picture.width - 16);
        expect(frame.y + frame.height).toBeGreaterThanOrEqual(16);
      }
    }),
  );
});

test("a frame grows about its middle, and knows when it goes beyond the picture", () => {
  const larger = scaleFrame(whole, 1.5, picture, 1.5);
  expect(larger).toEqual({ x: -30, y: -20, width: 180, height: 120 });
  expect([growsBeyond(whole, picture), growsBeyond(larger, picture)]).toEqual([false, true]);
});
