import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { toCamel } from "../../../src/contracts/casing.ts";
import { manifestSchema } from "../../../src/contracts/model.ts";
import { completeRequest } from "../../../src/core/request/complete-request.ts";
import { planOf } from "./plan.ts";

const model = toCamel(manifestSchema.parse(JSON.parse(readFileSync("models/tiny/sd/manifest.json", "utf8"))));

test("a variation without a seed of its own gets one drawn, and can be drawn", () => {
  const given = planOf(model, { prompt: "a cat", subseed: 9, subseed_strength: 0.3 });
  expect(given.request).toMatchObject({ variation_seed: 9, variation_strength: 0.3 });
  for (const drawn of [{ subseed: -1 }, {}]) {
    const { request } = planOf(model, { prompt: "a cat", ...drawn, subseed_strength: 0.3 });
    expect(request.variation_seed).toBeGreaterThanOrEqual(0);
    expect(completeRequest(toCamel(request), model, () => 1)).toMatchObject({ variationStrength: 0.3 });
  }
  const none = planOf(model, { prompt: "a cat", subseed: 9, subseed_strength: 0 });
  expect(none.request).not.toHaveProperty("variation_seed");
});
