import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TorchGenerator } from "../tensor/generator.ts";
import { AVAILABLE_SCHEDULERS, createScheduler, requireScheduler } from "./registry.ts";
import { parseSchedulerConfig } from "./scheduler-config.ts";
import type { GenerationRequest } from "../../contracts/request.ts";

/** Trajectories that diffusers computed with the denoiser below (models/lab, `python -m lab.vectors`). */
interface TrajectoryCase {
  scheduler: GenerationRequest["scheduler"];
  config: Record<string, unknown>;
  num_steps: number;
  init_noise_sigma: number;
  timesteps: number[];
  trajectory: number[][];
}
const vectors = JSON.parse(readFileSync("models/lab/vectors/schedulers.json", "utf8")) as {
  cases: TrajectoryCase[];
};

/** The made-up denoiser of the vectors: 0.6 sin(x + t / 500) + 0.1 x. */
function denoise(input: Float32Array, timestep: number): Float32Array {
  return input.map((x) => 0.6 * Math.sin(x + timestep / 500) + 0.1 * x);
}

function draw(vector: TrajectoryCase): {
  timesteps: readonly number[];
  initNoiseSigma: number;
  trajectory: number[][];
} {
  const config = parseSchedulerConfig(JSON.stringify(vector.config));
  const scheduler = createScheduler(vector.scheduler, config, vector.num_steps, "default");
  const stepNoise = new TorchGenerator(6);
  const start = new TorchGenerator(5).randn(16);
  let sample = start.map((value) => value * scheduler.initNoiseSigma);
  const trajectory = scheduler.timesteps.map((timestep, index) => {
    const output = denoise(scheduler.scaleModelInput(sample, index), timestep);
    sample = scheduler.step(output, index, sample, (count) => stepNoise.randn(count)).sample;
    return [...sample];
  });
  return { timesteps: scheduler.timesteps, initNoiseSigma: scheduler.initNoiseSigma, trajectory };
}

/**
 * float32 against PyTorch's float32. Each step rounds at 6e-8 of the largest number at hand and the denoiser at most
 * doubles an error, so 1e-5 of it is wide enough for ten steps and far too narrow for a wrong coefficient. The first
 * step takes a start of up to 60,000 down to about 1: what PyTorch rounds away there stays, two units in the last
 * place of the start.
 */
function allowedError(largest: number, start: number): number {
  return 1e-5 * largest + 2 ** -22 * start;
}

describe.each(AVAILABLE_SCHEDULERS)("%s draws the path that diffusers draws", (name) => {
  const cases = vectors.cases.filter((vector) => vector.scheduler === name);

  test("there are vectors for it", () => {
    expect(cases.length).toBeGreaterThan(2);
  });

  test.each(cases.map((vector) => [label(vector), vector] as const))("%s", (_, vector) => {
    const drawn = draw(vector);
    expect(drawn.timesteps).toHaveLength(vector.timesteps.length);
    drawn.timesteps.forEach((timestep, i) => expect(timestep).toBeCloseTo(vector.timesteps[i]!, 2));
    expect(drawn.initNoiseSigma / vector.init_noise_sigma).toBeCloseTo(1, 5);
    const start = vector.init_noise_sigma * 3;
    let before = start;
    vector.trajectory.forEach((expected, step) => {
      const worst = Math.max(...expected.map((value, i) => Math.abs(value - drawn.trajectory[step]![i]!)));
      const largest = Math.max(1, ...expected.map(Math.abs));
      expect(worst, `step ${step}`).toBeLessThan(allowedError(Math.max(largest, before), start));
      before = largest;
    });
  });
});

function label({ config, num_steps }: TrajectoryCase): string {
  const spacing =
    ["karras", "exponential", "beta"].find((kind) => config[`use_${kind}_sigmas`] === true) ?? "default";
  return `${num_steps} steps, ${String(config["beta_schedule"])}, ${String(config["prediction_type"])}, ${String(config["timestep_spacing"])}, ${spacing} sigmas`;
}

test("a scheduler that is not there yet is refused with the names of those that are", () => {
  const missing = ["dpmpp_sde", "flow_match_euler"].find(
    (name) => !AVAILABLE_SCHEDULERS.includes(name as never),
  );
  expect(() => requireScheduler(missing as "dpmpp_sde", "default")).toThrowError(
    expect.objectContaining({
      code: "invalid_request",
      path: "scheduler",
      hint: expect.stringContaining("euler") as unknown,
    }),
  );
});

test("a spacing of sigmas that a scheduler does not have is refused", () => {
  expect(() => requireScheduler("ddim", "karras")).toThrowError(
    expect.objectContaining({ code: "invalid_request", path: "sigmas" }),
  );
});
