import { describe, expect, test, vi } from "vitest";
import type { GenerationRequest } from "../../contracts/request.ts";
import { schedulersFor } from "./kinds.ts";
import { createScheduler } from "./registry.ts";
import type { Latents, Randn, Scheduler } from "./scheduler.ts";
import { parseSchedulerConfig } from "./scheduler-config.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";

export interface SchedulerTraits {
  /** Random numbers that 8 steps draw for each number of the sample; 0: it is deterministic. */
  draws: number;
  /** How often the denoiser is asked for so many steps. */
  evaluations: (numSteps: number) => number;
  /** Whether its sigmas can be spaced another way. */
  spacings: boolean;
  /** Numbers of steps that it must take with every spacing. */
  stepCounts: readonly number[];
  /**
   * Set where it extrapolates the model's answers themselves, so that it is exact only for answers that stay the same:
   * how far from the answer a path may then end that begins in the middle.
   */
  extrapolatesAnswers?: { tolerance: number };
}

type PredictionType = "epsilon" | "v_prediction" | "sample" | "flow";

const DIFFUSION = {
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: "scaled_linear",
  timestep_spacing: "leading",
  steps_offset: 1,
  set_alpha_to_one: true,
  original_inference_steps: 150,
};
/** Every spacing of timesteps, from sigmas of 15 and of 20,000. */
const SCHEDULES = [
  { timestep_spacing: "leading" },
  { timestep_spacing: "linspace" },
  { timestep_spacing: "trailing", beta_schedule: "squaredcos_cap_v2", prediction_type: "v_prediction" },
  { timestep_spacing: "linspace", beta_schedule: "squaredcos_cap_v2" },
];
const CLEAN = Float32Array.of(0.5, -1.25, 2, 0.01, -0.3, 1);

/**
 * What every scheduler must do, run by each of them, whatever its formula: told by its verbs alone.
 * Latents are a few numbers here, since a scheduler does the same to each number of a sample.
 */
export function describeScheduler(name: GenerationRequest["scheduler"], traits: SchedulerTraits): void {
  const flow = schedulersFor(name).every((other) => other === name);
  const types: PredictionType[] = flow ? ["flow"] : ["epsilon", "v_prediction", "sample"];
  const spacings: SigmaSpacing[] = traits.spacings
    ? ["default", "karras", "exponential", "beta"]
    : ["default"];
  const make = (numSteps: number, settings: object = {}, sigmas: SigmaSpacing = "default"): Scheduler => {
    const file = flow ? { _class_name: "FlowMatchEulerDiscreteScheduler", shift: 3 } : DIFFUSION;
    return createScheduler(
      name,
      parseSchedulerConfig(JSON.stringify({ ...file, ...settings })),
      numSteps,
      sigmas,
    );
  };

  describe(`${name} as a Scheduler`, () => {
    test.each([1, 2, 8, 15, 20])(
      "%d steps go from noise to less, evaluated as often as it says",
      (numSteps) => {
        const { timesteps, initNoiseSigma, order } = make(numSteps);
        expect(timesteps).toHaveLength(traits.evaluations(numSteps));
        expect(timesteps).toEqual([...timesteps].sort((a, b) => b - a));
        expect(new Set(timesteps).size).toBeGreaterThanOrEqual(numSteps);
        expect((numSteps - 1) * order).toBeLessThan(timesteps.length);
        expect(initNoiseSigma).toBeGreaterThanOrEqual(1);
      },
    );

    test("what it is handed stays as it was, and what it gives is its own", () => {
      const scheduler = make(4);
      const { randn } = countedNoise();
      const [output, original, noise] = [wave(0.3), CLEAN.slice(), wave(0.9)];
      let sample = wave(0.1);
      for (const index of scheduler.timesteps.keys()) {
        const given = [output, original, noise, sample];
        const copies = given.map((values) => values.slice());
        scheduler.scaleModelInput(sample, index);
        const noisy = scheduler.addNoise(original, noise, index);
        const result = scheduler.step(output, index, sample, randn);
        expect(given).toEqual(copies);
        expect([output, original, noise, sample]).not.toContain(result.sample);
        expect([output, original, noise, sample]).not.toContain(result.predictedOriginal);
        expect([original, noise]).not.toContain(noisy);
        sample = result.sample;
      }
    });

    test("noise is drawn through randn alone, and twice the same is the same to the bit", () => {
      const forbidden = vi.spyOn(Math, "random").mockImplementation(() => {
        throw new Error("Noise comes from the picture's stream.");
      });
      const runs = [countedNoise(), countedNoise()].map(({ randn, drawn }) => ({
        path: walk(make(8), guess, randn).path,
        drawn: drawn(),
      }));
      forbidden.mockRestore();
      expect(runs[1]).toEqual(runs[0]);
      expect(runs[0]!.drawn).toBe(traits.draws * CLEAN.length);
      const silent = walk(make(8), guess, (count) => new Float32Array(count)).path;
      if (traits.draws === 0) expect(silent).toEqual(runs[0]!.path);
      else expect(silent).not.toEqual(runs[0]!.path);
    });

    test("each number of a sample goes its own way: a batch is drawn as its pictures are", () => {
      const alone = [wave(1), wave(2)].map(
        (start) => walk(make(8), guess, countedNoise().randn, { start }).path,
      );
      const batch = Float32Array.from([...wave(1), ...wave(2)]);
      const both = walk(make(8), guess, countedNoise(2).randn, { start: batch });
      both.path.forEach((sample, i) => {
        expect(sample.slice(0, CLEAN.length)).toEqual(alone[0]![i]);
        expect(sample.slice(CLEAN.length)).toEqual(alone[1]![i]);
      });
    });

    const constant = traits.extrapolatesAnswers === undefined ? types : types.slice(0, 1);
    test.each(constant)("from a denoiser that knows the answer (%s) it takes the answer", (type) => {
      for (const numSteps of [1, 5, 20]) {
        const scheduler = make(numSteps, flow ? {} : { prediction_type: type });
        const { path, predicted } = walk(scheduler, knowing(scheduler, type), countedNoise().randn);
        predicted.forEach((original, i) => expectClose(original, CLEAN, `evaluation ${i}`));
        expectClose(path.at(-1)!, CLEAN, "the last sample");
      }
    });

    test("it may begin at any step, from a picture with noise added", () => {
      for (const begin of [1, 3, 7]) {
        const scheduler = make(8);
        const first = begin * scheduler.order;
        const start = scheduler.addNoise(CLEAN, wave(1), first);
        const answer = knowing(scheduler, types[0]!);
        const { path, predicted } = walk(scheduler, answer, countedNoise().randn, { start, first });
        expect(path).toHaveLength(scheduler.timesteps.length - first);
        const tolerance = traits.extrapolatesAnswers?.tolerance;
        expectClose(predicted.at(-1)!, CLEAN, `begun at step ${begin}`, tolerance);
      }
    });

    test.each(spacings)("samples stay finite for any number of steps and spacing (%s sigmas)", (sigmas) => {
      for (const schedule of SCHEDULES) {
        for (const numSteps of traits.stepCounts) {
          const scheduler = make(numSteps, schedule, sigmas);
          const told = `${numSteps} steps, ${JSON.stringify(schedule)}`;
          expect(scheduler.timesteps.length, told).toBe(traits.evaluations(numSteps));
          expect(
            scheduler.timesteps.every((timestep, i, all) => i === 0 || timestep <= all[i - 1]!),
            told,
          ).toBe(true);
          const last = walk(scheduler, guess, countedNoise().randn).path.at(-1)!;
          expect(last.every(Number.isFinite), told).toBe(true);
        }
      }
    });
  });
}

type Denoise = (input: Latents, timestep: number, index: number, sample: Latents) => Latents;

/** Runs the path from evaluation `first` on: every sample and every prediction. */
function walk(
  scheduler: Scheduler,
  denoise: Denoise,
  randn: Randn,
  {
    start = wave(1).map((value) => value * scheduler.initNoiseSigma),
    first = 0,
  }: { start?: Latents; first?: number } = {},
): { path: Latents[]; predicted: Latents[] } {
  const [path, predicted]: Latents[][] = [[], []];
  let sample = start;
  for (let index = first; index < scheduler.timesteps.length; index++) {
    const input = scheduler.scaleModelInput(sample, index);
    const output = denoise(input, scheduler.timesteps[index]!, index, sample);
    const result = scheduler.step(output, index, sample, randn);
    path!.push(result.sample);
    predicted!.push(result.predictedOriginal);
    sample = result.sample;
  }
  return { path: path!, predicted: predicted! };
}

/** A denoiser that knows nothing, and never answers the same twice. */
const guess: Denoise = (input, timestep) =>
  input.map((value) => 0.9 * value + 0.1 * Math.cos(value + timestep));

/**
 * A denoiser that knows the clean latents. How much signal and noise there is at an evaluation it asks the scheduler:
 * noise added to nothing, and nothing added to a picture.
 */
function knowing(scheduler: Scheduler, type: PredictionType): Denoise {
  return (_, __, index, sample) => {
    const [zero, one] = [Float32Array.of(0), Float32Array.of(1)];
    const signal = scheduler.addNoise(one, zero, index)[0]!;
    const noise = scheduler.addNoise(zero, one, index)[0]!;
    const deviation = Math.hypot(signal, noise);
    return sample.map((value, i) => {
      const clean = CLEAN[i]!;
      const epsilon = (value - signal * clean) / noise;
      if (type === "epsilon") return epsilon;
      if (type === "sample") return clean;
      return type === "flow" ? epsilon - clean : (signal * epsilon - noise * clean) / deviation;
    });
  };
}

/** Numbers of about a normal's size, other ones at every place. */
function wave(phase: number): Latents {
  return CLEAN.map((_, i) => 1.4 * Math.sin(7 * i + phase));
}

/** Noise that is known beforehand; `copies` gives each picture of a batch the same. */
function countedNoise(copies = 1): { randn: Randn; drawn: () => number } {
  let count = 0;
  const randn: Randn = (size) => {
    const single = size / copies;
    const values = Float32Array.from({ length: size }, (_, i) =>
      Math.sin(12.9898 * (count + (i % single)) + 1),
    );
    count += single;
    return values;
  };
  return { randn, drawn: () => count };
}

/** float32's rounding, up to fifteen times over: so much noisier than its clean latents a sample can be. */
function expectClose(values: Latents, expected: Latents, told: string, tolerance = 2e-5): void {
  const worst = Math.max(...values.map((value, i) => Math.abs(value - expected[i]!)));
  expect(worst, told).toBeLessThan(tolerance);
}
