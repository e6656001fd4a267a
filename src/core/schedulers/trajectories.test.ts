import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { GenerationRequest } from "../../contracts/request.ts";
import { SCHEDULERS } from "../../contracts/request-limits.ts";
import { denoise } from "../denoise/denoise.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { createScheduler } from "./registry.ts";
import type { Latents, Scheduler } from "./scheduler.ts";
import { parseSchedulerConfig } from "./scheduler-config.ts";

/** What diffusers computed with the denoiser below (models/lab, `python -m lab.vectors --only schedulers`). */
interface TrajectoryCase {
  kind: "trajectory";
  scheduler: GenerationRequest["scheduler"];
  /** The name of its scheduler_config.json. */
  file: string;
  sigmas: GenerationRequest["sigmas"];
  num_steps: number;
  /** The step it begins with. */
  begin: number;
  init_noise_sigma: number;
  /** Of the whole path, wherever it begins. */
  timesteps: number[];
  /** Every second number of the sample after each evaluation. */
  trajectory: number[][];
}
interface NoiseCase {
  kind: "noise";
  start: number[];
  picture: number[];
  steps: number[][];
}
const { cases } = JSON.parse(readFileSync("models/lab/vectors/schedulers.json", "utf8")) as {
  cases: (NoiseCase | { kind: "file"; name: string; text: string } | TrajectoryCase)[];
};
const trajectories = cases.filter((row) => row.kind === "trajectory");
const noise = cases.find((row) => row.kind === "noise")!;
const files = new Map(cases.flatMap((row) => (row.kind === "file" ? [[row.name, row.text] as const] : [])));

/** The made-up denoiser of the vectors: u = x + t / 512, 0.6 u / (1 + |u|) + 0.1 x, in float32. */
function answer(input: Float32Array, timestep: number): Latents {
  const f = Math.fround;
  const shift = f(f(timestep) / 512);
  return Float32Array.from(input, (x) => {
    const u = f(x + shift);
    return f(f(0.6) * f(u / f(1 + Math.abs(u)))) + f(f(0.1) * x);
  });
}

/** The samples after each evaluation, drawn by the loop that draws pictures. */
async function draw(scheduler: Scheduler, vector: TrajectoryCase): Promise<Latents[]> {
  const first = vector.begin * scheduler.order;
  const start = Float32Array.from(noise.start);
  const latents =
    first === 0
      ? start.map((value) => value * scheduler.initNoiseSigma)
      : scheduler.addNoise(Float32Array.from(noise.picture), start, first);
  let drawn = 0;
  const samples: Latents[] = [];
  const recorded: Scheduler = {
    timesteps: scheduler.timesteps,
    initNoiseSigma: scheduler.initNoiseSigma,
    order: scheduler.order,
    addNoise: (original, epsilon, index) => scheduler.addNoise(original, epsilon, index),
    scaleModelInput: (sample, index) => scheduler.scaleModelInput(sample, index),
    step: (output, index, sample, randn) => {
      const result = scheduler.step(output, index, sample, randn);
      samples.push(result.sample);
      return result;
    },
  };
  const numSteps = vector.num_steps;
  await denoise(
    new AbortController().signal,
    floatTensor([1, 1, 4, 4], latents),
    {
      scheduler: recorded,
      numSteps,
      steps: numSteps - vector.begin,
      predict: ({ data }, timestep) => Promise.resolve(answer(data, timestep)),
      randn: () => Float32Array.from(noise.steps[drawn++]!),
    },
    () => Promise.resolve(),
  );
  return samples;
}

const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

test("the grid holds at least 300 trajectories, and ten of every scheduler", () => {
  expect(trajectories.length).toBeGreaterThanOrEqual(300);
  for (const name of SCHEDULERS) {
    expect(trajectories.filter(({ scheduler }) => scheduler === name).length, name).toBeGreaterThan(9);
  }
});

describe.each(SCHEDULERS)("%s takes the path that diffusers takes, within 1e-5 of it", (name) => {
  const own = trajectories.filter(({ scheduler }) => scheduler === name);
  test.each(own.map((vector) => [label(vector), vector] as const))("%s", async (_, vector) => {
    const config = parseSchedulerConfig(files.get(vector.file)!);
    const scheduler = createScheduler(name, config, vector.num_steps, vector.sigmas);
    expect(scheduler.timesteps).toHaveLength(vector.timesteps.length);
    // diffusers looks timesteps up in logarithms that NumPy rounds to float32.
    scheduler.timesteps.forEach((timestep, i) =>
      expect(Math.abs(timestep - vector.timesteps[i]!)).toBeLessThan(5e-4),
    );
    expect(scheduler.initNoiseSigma).toBe(Math.fround(vector.init_noise_sigma));
    const samples = await draw(scheduler, vector);
    expect(samples).toHaveLength(vector.trajectory.length);
    vector.trajectory.forEach((expected, i) => {
      const difference = expected.map((value, k) => value - samples[i]![2 * k]!);
      expect(largest(difference) / largest(expected), `evaluation ${i}`).toBeLessThan(1e-5);
    });
  });
});

function label({ file, sigmas, num_steps, begin }: TrajectoryCase): string {
  return `${file}, ${sigmas} sigmas, ${num_steps} steps${begin === 0 ? "" : ` from step ${begin}`}`;
}
