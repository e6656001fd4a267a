import { expect, test } from "vitest";
import { measureProcessor } from "./benchmark.ts";

/** A clock that goes on by so many milliseconds each time it is read. */
function clock(...steps: number[]): () => number {
  let time = 0;
  let read = 0;
  return () => (time += steps[read++ % steps.length] ?? 0);
}

test("the processor's speed is that of its best look: 4,096 multiply-adds between two readings", () => {
  expect(measureProcessor(clock(1))).toBe(4);
  // One look in ten is undisturbed.
  expect(measureProcessor(clock(...Array.from({ length: 19 }, () => 400), 4))).toBe(1);
  expect(measureProcessor(clock(0.01))).toBe(410);
});
