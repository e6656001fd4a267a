import type { TimestepSpacing } from "./settings.ts";

/**
 * The training timesteps that `count` steps visit, noisiest first: table 2 of Lin et al. (2023), in NumPy's arithmetic,
 * which decides where a step falls on a half. `linspace` gives fractions; who needs whole numbers rounds them.
 */
export function spacedTimesteps(
  spacing: TimestepSpacing,
  count: number,
  numTrainTimesteps: number,
  stepsOffset: number,
): number[] {
  const descending = (timestepAt: (index: number) => number): number[] =>
    Array.from({ length: count }, (_, i) => timestepAt(count - 1 - i));
  switch (spacing) {
    case "linspace": {
      const last = numTrainTimesteps - 1;
      const stride = last / (count - 1);
      return descending((i) => (i === 0 ? 0 : i === count - 1 ? last : i * stride));
    }
    case "leading": {
      const ratio = Math.floor(numTrainTimesteps / count);
      return descending((i) => i * ratio + stepsOffset);
    }
    case "trailing": {
      // numpy.arange takes its stride from the first two numbers.
      const stride = numTrainTimesteps - numTrainTimesteps / count - numTrainTimesteps;
      return Array.from({ length: count }, (_, i) => roundHalfEven(numTrainTimesteps + i * stride) - 1);
    }
  }
}

/** NumPy's rounding, which decides the timestep where a step falls on a half (16 trailing steps of 1000: 937.5). */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
