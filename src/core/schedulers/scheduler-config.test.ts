import { expect, test } from "vitest";
import { createScheduler } from "./registry.ts";
import { asStableDiffusion, parseSchedulerConfig } from "./scheduler-config.ts";

const file = (settings: object): string => JSON.stringify(settings);
const timesteps = (json: string): readonly number[] =>
  createScheduler("euler", parseSchedulerConfig(json), 2, "default").timesteps;

test("numbers that Python writes and JSON does not know are read as no number", () => {
  const json = `{
  "_class_name": "DPMSolverMultistepScheduler",
  "lambda_min_clipped": -Infinity,
  "trained_betas": null,
  "odd": [NaN, Infinity, -Infinity],
  "note": "a: -Infinity, as it is"
}`;
  const { keys } = parseSchedulerConfig(json);
  expect(keys).toMatchObject({
    lambda_min_clipped: null,
    odd: [null, null, null],
    note: "a: -Infinity, as it is",
  });
  expect(() => createScheduler("dpmpp_2m", parseSchedulerConfig(json), 4, "default")).not.toThrow();
});

test("an old Stable Diffusion file is corrected as diffusers' pipelines correct it", () => {
  const old = parseSchedulerConfig(file({ steps_offset: 0, clip_sample: true, timestep_spacing: "leading" }));
  expect(createScheduler("ddim", old, 2, "default").timesteps).toEqual([500, 0]);
  const corrected = asStableDiffusion(old);
  expect(createScheduler("ddim", corrected, 2, "default").timesteps).toEqual([501, 1]);
  const far = new Float32Array(1).fill(9);
  const clean = createScheduler("ddim", corrected, 2, "default").step(far, 0, far, () => far);
  expect(Math.abs(clean.predictedOriginal[0]!)).toBeGreaterThan(1);
});

test("null and absent settings take the algorithm's default", () => {
  expect(timesteps(file({ timestep_spacing: null, steps_offset: null }))).toEqual(timesteps("{}"));
  expect(timesteps("{}")).toEqual([999, 0]);
});

test.each([
  ["no JSON", "<!doctype html>", "no JSON"],
  ["a list", "[]", "expected object"],
  ["an unknown noise schedule", file({ beta_schedule: "sigmoid" }), "beta_schedule"],
  ["an unknown kind of prediction", file({ prediction_type: "flow_prediction" }), "prediction_type"],
  ["a class of another parametrisation", file({ _class_name: "EDMEulerScheduler" }), "EDMEulerScheduler"],
  ["a diffusion class turned to flows", file({ use_flow_sigmas: true }), "use_flow_sigmas"],
  ["two spacings at once", file({ use_karras_sigmas: true, use_beta_sigmas: true }), "only one of"],
  ["betas of another number", file({ trained_betas: [0.1, 0.2] }), "1000 numbers, got 2"],
])("%s is model_corrupt, by name", (_, json, word) => {
  expect(() => parseSchedulerConfig(json)).toThrowError(
    expect.objectContaining({
      code: "model_corrupt",
      message: expect.stringContaining(word) as string,
    }) as Error,
  );
});
