import type { DiffusersClass, Settings } from "./settings.ts";

/** Samples of any shape as plain numbers: what a scheduler does, it does to each number alike. */
export type Latents = Float32Array<ArrayBuffer>;

/** Draws `count` standard normals from the picture's own stream. */
export type Randn = (count: number) => Latents;

export interface StepResult {
  /** The latents one step less noisy. */
  sample: Latents;
  /** What the model takes the clean latents to be at this step: the clearest preview there is. */
  predictedOriginal: Latents;
}

/**
 * One sampling algorithm, made for one picture: it knows its timesteps and keeps the history that a multistep method
 * needs. The verbs are those of diffusers, so that its documentation serves. Arrays that are handed in stay untouched.
 */
export interface Scheduler {
  /** What the denoiser is told at each evaluation, noisiest first; some methods evaluate more often than they step. */
  readonly timesteps: readonly number[];
  /** The standard deviation of the noise that a picture starts from. */
  readonly initNoiseSigma: number;
  /** Step k begins at evaluation `k * order`: 2 where a step evaluates twice (Heun), 1 elsewhere. */
  readonly order: 1 | 2;
  /** The sample as the denoiser wants to see it at evaluation `index`. */
  scaleModelInput(sample: Latents, index: number): Latents;
  /** Clean latents with as much noise as a sample has at evaluation `index`; what step made them is not asked. */
  addNoise(original: Float32Array, noise: Float32Array, index: number): Latents;
  /**
   * One evaluation's answer taken in; called once for each index, in order. The first may be any step's beginning:
   * a picture that starts from another one leaves the noisiest steps out.
   */
  step(modelOutput: Float32Array, index: number, sample: Latents, randn: Randn): StepResult;
}

/** How an algorithm is made: for a model's settings and a number of steps. */
export interface SchedulerClass {
  new (settings: Settings, numSteps: number): Scheduler;
  readonly diffusers: DiffusersClass;
}
