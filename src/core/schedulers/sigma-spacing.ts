import { betaQuantile } from "./beta-quantile.ts";

export type SigmaSpacing = "default" | "karras" | "exponential" | "beta";

const KARRAS_RHO = 7;
const BETA_SHAPE = 0.6;

/** The table's value at a fractional index, linear in between, held at both ends. */
export function interpolate(table: ArrayLike<number>, index: number): number {
  const clamped = Math.min(Math.max(index, 0), table.length - 1);
  const low = Math.floor(clamped);
  const high = Math.min(low + 1, table.length - 1);
  return table[low]! + (clamped - low) * (table[high]! - table[low]!);
}

/**
 * `count` sigmas from `max` down to `min`, without the final zero.
 * karras: Karras et al. (2022), equation 5, rho 7. exponential: evenly in the logarithm. beta: quantiles of the
 * Beta(0.6, 0.6) distribution, Lee et al. (2024), "Beta Sampling is All You Need".
 */
export function respaceSigmas(
  spacing: Exclude<SigmaSpacing, "default">,
  max: number,
  min: number,
  count: number,
): number[] {
  const ramp = Array.from({ length: count }, (_, i) => (count === 1 ? 0 : i / (count - 1)));
  switch (spacing) {
    case "karras": {
      const [high, low] = [max ** (1 / KARRAS_RHO), min ** (1 / KARRAS_RHO)];
      return ramp.map((t) => (high + t * (low - high)) ** KARRAS_RHO);
    }
    case "exponential":
      return ramp.map((t) => Math.exp(Math.log(max) + t * (Math.log(min) - Math.log(max))));
    case "beta":
      return ramp.map((t) => min + betaQuantile(1 - t, BETA_SHAPE, BETA_SHAPE) * (max - min));
  }
}

/**
 * From a sigma to the fractional training timestep that has it, linear in log sigma.
 * @param table sigmas of the training timesteps, ascending
 */
export function timestepFinder(table: Float32Array): (sigma: number) => number {
  const logs = table.map(Math.log);
  return (sigma) => {
    const target = Math.log(Math.max(sigma, 1e-10));
    let low = 0;
    while (low < logs.length - 2 && logs[low + 1]! <= target) low++;
    const step = Math.fround(logs[low]! - logs[low + 1]!);
    const share = Math.min(Math.max((logs[low]! - target) / step, 0), 1);
    return (1 - share) * low + share * (low + 1);
  };
}
