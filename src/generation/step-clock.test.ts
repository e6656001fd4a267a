import { expect, it } from "vitest";
import type { Progress } from "../contracts/progress.ts";
import { StepClock } from "./step-clock.ts";

const step = (n: number): Progress => ({ type: "step", step: n, steps: 3, etaSeconds: null });
const loading: Progress = { type: "loading", component: "unet", loadedBytes: 1, totalBytes: 1 };

it("times the steps, the first apart, without what was loaded before it", () => {
  let now = 0;
  const clock = new StepClock(() => now);
  const hear = (event: Progress, at: number) => {
    now = at;
    clock.hear(event);
  };
  hear(step(0), 1_000);
  expect(clock.seconds).toBeNull();
  expect(clock.loaded).toBe(false);
  hear(loading, 9_000);
  expect(clock.loaded).toBe(true);
  hear(step(1), 11_000);
  expect(clock.seconds).toEqual({ first: 2, later: null });
  hear(step(2), 11_400);
  hear(step(3), 12_000);
  hear({ type: "decoding" }, 20_000);
  expect(clock.seconds?.first).toBe(2);
  expect(clock.seconds?.later).toBeCloseTo(0.5);
});
