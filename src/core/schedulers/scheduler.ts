/** Draws `count` standard normals from the picture's own stream. */
export type Randn = (count: number) => Float32Array<ArrayBuffer>;

export interface StepResult {
  /** The latents one step less noisy. */
  sample: Float32Array<ArrayBuffer>;
  /** What the model takes the clean latents to be at this step: the clearest preview there is. */
  predictedOriginal: Float32Array<ArrayBuffer>;
}

/**
 * One sampling algorithm, made for one picture: it knows its timesteps and keeps the history that a multistep method
 * needs. Latents are plain arrays of any shape. The verbs are those of diffusers, so that its documentation serves.
 */
export interface Scheduler {
  /** What the denoiser is told at each evaluation, noisiest first; some methods evaluate more often than they step. */
  readonly timesteps: readonly number[];
  /** The standard deviation of the noise that a picture starts from. */
  readonly initNoiseSigma: number;
  /** Step k begins at evaluation `k * order`: 2 where a step evaluates twice (Heun), 1 elsewhere. */
  readonly order: 1 | 2;
  /** The sample as the denoiser wants to see it at evaluation `index`. */
  scaleModelInput(sample: Float32Array<ArrayBuffer>, index: number): Float32Array<ArrayBuffer>;
  /** Clean latents with as much noise as a sample has at evaluation `index`; what step made them is not asked. */
  addNoise(original: Float32Array, noise: Float32Array, index: number): Float32Array<ArrayBuffer>;
  /**
   * One evaluation's answer taken in; called once for each index, in order. The first may be any step's beginning:
   * a picture that starts from another one leaves the noisiest steps out.
   */
  step(modelOutput: Float32Array, index: number, sample: Float32Array<ArrayBuffer>, randn: Randn): StepResult;
}
