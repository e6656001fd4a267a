import { expect, test } from "vitest";
import type { GenerationRequest } from "../../contracts/request.ts";
import { completeRequest } from "../../core/request/complete-request.ts";
import { enlargementOf, scalesOf, variationOf } from "./follow-up.ts";

const model = {
  id: "m",
  revision: "r",
  defaults: { numSteps: 20, guidanceScale: 7, scheduler: "euler", width: 512, height: 512 } as const,
  sizes: [[512, 512]] as [number, number][],
  sizeRule: { multipleOf: 64, min: 256, max: 1024, maxPixels: 1024 * 1024 },
};
const fixed = { ...model, sizeRule: undefined };
const request = completeRequest({ prompt: "a fox", batchId: "b" }, model, () => 5);
const drawable = (changed: GenerationRequest) => completeRequest(changed, model, () => 0);

test("a variation keeps the seed and turns towards another one", () => {
  const varied = drawable(variationOf(request, 0.25, 9));
  expect(varied).toMatchObject({ prompt: "a fox", seed: 5, variationSeed: 9, variationStrength: 0.25 });
  expect(varied.batchId).toBeUndefined();
});

test("an enlargement is a second pass at a size that the model draws, and grows from there", () => {
  expect(scalesOf(request, model)).toEqual([1.5, 2]);
  const larger = drawable(enlargementOf(request, 1.5));
  expect(larger.secondPass).toEqual({ scale: 1.5, numSteps: 20, strength: 0.4 });
  expect(scalesOf(larger, model)).toEqual([]);
  expect(scalesOf(request, fixed)).toEqual([]);
  expect(scalesOf({ ...request, initImage: "a", maskImage: "b", strength: 1 }, model)).toEqual([]);
});

test("a picture of one step is enlarged with a whole step", () => {
  expect(drawable(enlargementOf({ ...request, numSteps: 1 }, 2)).secondPass?.strength).toBe(1);
});
