import { trainingSigmas } from "./noise-schedule.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import { interpolate, respaceSigmas, timestepOfSigma } from "./sigma-spacing.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";
import { roundHalfEven, spacedTimesteps } from "./timestep-spacing.ts";

export interface DpmSchedule {
  /** Whole training timesteps, noisiest first. */
  timesteps: number[];
  /** One more than the timesteps, the last mostly 0. */
  sigmas: Float32Array;
}

/**
 * Timesteps and sigmas of the DPM-Solver family. Unlike Euler's it visits whole timesteps, and `linspace` and
 * `leading` place one more than there are steps and leave out the cleanest.
 */
export function dpmSchedule(config: SchedulerConfig, numSteps: number, spacing: SigmaSpacing): DpmSchedule {
  const table = trainingSigmas(config);
  const wanted = spacing === "default" ? config.sigmas : spacing;
  const final = config.finalSigmasType === "zero" ? 0 : table[0]!;
  if (wanted !== "default") {
    // The sigmas span the whole training range here, whatever the spacing of timesteps.
    const sigmas = respaceSigmas(wanted, table.at(-1)!, table[0]!, numSteps);
    const fractions = sigmas.map((sigma) => timestepOfSigma(sigma, table));
    const rounds = wanted === "karras" && config.betaSchedule !== "squaredcos_cap_v2";
    return {
      timesteps: fractions.map(rounds ? roundHalfEven : Math.trunc),
      sigmas: Float32Array.from([...sigmas, final]),
    };
  }
  const timestepSpacing = config.timestepSpacing ?? "linspace";
  const extra = timestepSpacing === "trailing" ? 0 : 1;
  const timesteps = spacedTimesteps(
    timestepSpacing,
    numSteps + extra,
    config.numTrainTimesteps,
    config.stepsOffset,
  )
    .slice(0, numSteps)
    .map(roundHalfEven);
  const sigmas = timesteps.map((timestep) => interpolate(table, timestep));
  return { timesteps, sigmas: Float32Array.from([...sigmas, final]) };
}

/** Half the logarithm of the signal-to-noise ratio, the time in which DPM-Solver's exponential integrator runs. */
export function logSnr(sigma: number): number {
  return -Math.log(sigma);
}
