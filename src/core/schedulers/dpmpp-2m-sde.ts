import { Dpmpp2mScheduler } from "./dpmpp-2m.ts";

/**
 * The stochastic second-order multistep DPM-Solver++: Lu et al. (2022), appendix "SDE-DPM-Solver++". Each step takes
 * the noise down further than the plain solver does and adds new.
 */
export class Dpmpp2mSdeScheduler extends Dpmpp2mScheduler {
  protected override weights(index: number): { ratio: number; gain: number; noise: number } {
    const { signal, noise, ratio, h } = this.stride(index);
    const renewed = Math.fround(1 - Math.fround(Math.exp(-2 * h)));
    return {
      ratio: Math.fround(ratio * Math.fround(Math.exp(-h))),
      gain: Math.fround(signal * renewed),
      noise: Math.fround(noise * Math.fround(Math.sqrt(renewed))),
    };
  }
}
