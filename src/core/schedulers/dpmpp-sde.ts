import { ancestralSplit } from "./ancestral-split.ts";
import type { Latents, Randn, StepResult } from "./scheduler.ts";
import type { DiffusersClass, Settings } from "./settings.ts";
import { SECOND_ORDER_CLASS, SigmaSpaceScheduler } from "./sigma-space.ts";
import type { SigmaSchedule } from "./sigma-space.ts";
import { weightedSum } from "./weighted-sum.ts";

/**
 * The stochastic single-step DPM-Solver++ of second order, k-diffusion's "DPM++ SDE": every step but the last evaluates
 * at its start and in its middle, halfway in log sigma, and goes again from its start by the answer in the middle. Both
 * times noise comes on top.
 *
 * The noise of a step is a Brownian motion in sigma: what is drawn up to the middle is part of what is drawn for the
 * whole step. k-diffusion and diffusers look it up in a Brownian tree, so that it does not depend on the steps; here
 * it is drawn in order from the picture's stream, with the same distribution (docs/adr/0010).
 */
export class DpmppSdeScheduler extends SigmaSpaceScheduler {
  /** diffusers/schedulers/scheduling_dpmsolver_sde.py */
  static readonly diffusers: DiffusersClass = {
    ...SECOND_ORDER_CLASS,
    fixed: { ...SECOND_ORDER_CLASS.fixed, clipSample: false },
  };
  override readonly order = 2;
  #start: Latents | undefined;
  #noiseToMiddle: Latents | undefined;

  constructor(settings: Settings, numSteps: number) {
    super(settings, numSteps, evaluations);
  }

  step(modelOutput: Float32Array, index: number, sample: Latents, randn: Randn): StepResult {
    // Evaluations 2k and 2k + 1 belong to step k: the one at its start, the other in its middle.
    const step = Math.floor(index / 2);
    const [from, to] = [this.sigmas[step]!, this.sigmas[step + 1]!];
    const { predictedOriginal, slope } = this.readAnswer(modelOutput, index, sample);
    if (to === 0) return { sample: weightedSum([1, sample], [-from, slope]), predictedOriginal };
    const [start, middle, end] = [timeOf(from), middleTime(from, to), timeOf(to)];
    if (index % 2 === 0) {
      this.#start = sample;
      this.#noiseToMiddle = randn(sample.length);
      return {
        sample: travel(sample, predictedOriginal, this.#noiseToMiddle, start, middle),
        predictedOriginal,
      };
    }
    const noise = joinIncrements(
      this.#noiseToMiddle!,
      sigmaOf(start) - sigmaOf(middle),
      randn(sample.length),
      sigmaOf(middle) - sigmaOf(end),
    );
    return { sample: travel(this.#start!, predictedOriginal, noise, start, end), predictedOriginal };
  }

  protected override sigmaAt(index: number): number {
    const step = Math.floor(index / 2);
    const from = this.sigmas[step]!;
    return index % 2 === 0 ? from : sigmaOf(middleTime(from, this.sigmas[step + 1]!));
  }
}

/** Time of the exponential integrator: t = -log sigma. float32 there and back, as PyTorch goes. */
const timeOf = (sigma: number): number => -Math.fround(Math.log(sigma));
const sigmaOf = (time: number): number => Math.fround(Math.exp(-time));

function middleTime(from: number, to: number): number {
  const start = timeOf(from);
  return Math.fround(start + Math.fround(Math.fround(timeOf(to) - start) * 0.5));
}

/** Exactly from one time to another for constant clean latents, with the new noise that an ancestral step adds. */
function travel(sample: Latents, original: Latents, noise: Latents, time: number, nextTime: number): Latents {
  const { down, up } = ancestralSplit(sigmaOf(time), sigmaOf(nextTime));
  const downTime = timeOf(down);
  const ratio = Math.fround(sigmaOf(downTime) / sigmaOf(time));
  const gain = Math.fround(-Math.expm1(Math.fround(time - downTime)));
  return weightedSum([ratio, sample], [gain, original], [up, noise]);
}

/** Two standard normals as increments of one Brownian motion over spans a and b, and their sum made standard again. */
function joinIncrements(first: Latents, a: number, second: Latents, b: number): Latents {
  const [firstWeight, secondWeight] = [Math.sqrt(a / (a + b)), Math.sqrt(b / (a + b))];
  const joined = new Float32Array(first.length);
  for (let i = 0; i < joined.length; i++) joined[i] = firstWeight * first[i]! + secondWeight * second[i]!;
  return joined;
}

/** The timesteps of the steps, and after each but the last that of its middle. */
function evaluations({ timesteps, exactSigmas, timestepOf }: SigmaSchedule): number[] {
  return timesteps.flatMap((timestep, i) => {
    const [sigma, next] = [exactSigmas[i]!, exactSigmas[i + 1]];
    return next === undefined ? [timestep] : [timestep, timestepOf(Math.sqrt(sigma * next))];
  });
}
