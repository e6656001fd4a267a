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
  /** The sample as the denoiser wants to see it at evaluation `index`. */
  scaleModelInput(sample: Float32Array<ArrayBuffer>, index: number): Float32Array<ArrayBuffer>;
  /** One evaluation's answer taken in; called once for each index, in order. */
  step(modelOutput: Float32Array, index: number, sample: Float32Array<ArrayBuffer>, randn: Randn): StepResult;
}
