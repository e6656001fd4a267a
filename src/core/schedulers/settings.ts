import { toCamel } from "../../contracts/casing.ts";
import type { SchedulerConfigWire } from "../../contracts/component-config.ts";
import { EaselError } from "../../contracts/errors.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { SigmaSpacing } from "./sigma-spacing.ts";

/** What a diffusion model's answer stands for; that of flow matching is always a velocity. */
export type PredictionType = NonNullable<SchedulerConfigWire["prediction_type"]>;
export type TimestepSpacing = NonNullable<SchedulerConfigWire["timestep_spacing"]>;

/** Everything that one algorithm is told, nothing left open. The names are those of diffusers. */
export interface Settings {
  numTrainTimesteps: number;
  betaStart: number;
  betaEnd: number;
  betaSchedule: NonNullable<SchedulerConfigWire["beta_schedule"]>;
  trainedBetas?: readonly number[];
  rescaleBetasZeroSnr: boolean;
  predictionType: PredictionType;
  timestepSpacing: TimestepSpacing;
  stepsOffset: number;
  setAlphaToOne: boolean;
  clipSample: boolean;
  clipSampleRange: number;
  finalSigmasType: NonNullable<SchedulerConfigWire["final_sigmas_type"]>;
  lowerOrderFinal: boolean;
  eulerAtFinal: boolean;
  sigmas: SigmaSpacing;
  originalInferenceSteps: number;
  timestepScaling: number;
  shift: number;
}

/** How an algorithm's class in diffusers reads scheduler_config.json. */
export interface DiffusersClass {
  /** Where its defaults are others than {@link DEFAULTS}. */
  readonly defaults?: Partial<Settings>;
  /** Settings that it does not have, and so has whatever the file says. */
  readonly fixed?: Partial<Settings>;
  /** Keys that would change its numbers, and the values with which it draws here as it does there. */
  readonly only?: Readonly<Record<string, readonly unknown[]>>;
}

/**
 * What most of diffusers' classes take where the file is silent. One is ours: diffusers' DDIM would clip clean samples
 * to [-1, 1] unless told otherwise, which is right for pixels and wrong for latents (its Stable Diffusion pipeline
 * turns it off again).
 */
const DEFAULTS: Settings = {
  numTrainTimesteps: 1000,
  betaStart: 0.0001,
  betaEnd: 0.02,
  betaSchedule: "linear",
  rescaleBetasZeroSnr: false,
  predictionType: "epsilon",
  timestepSpacing: "linspace",
  stepsOffset: 0,
  setAlphaToOne: true,
  clipSample: false,
  clipSampleRange: 1,
  finalSigmasType: "zero",
  lowerOrderFinal: true,
  eulerAtFinal: false,
  sigmas: "default",
  originalInferenceSteps: 50,
  timestepScaling: 10,
  shift: 1,
};

/** One object for the same algorithm and model: what a scheduler computes from it is computed once. */
const known = new WeakMap<SchedulerConfig, Map<string, Readonly<Settings>>>();

/**
 * The settings of one algorithm for one model, as `Class.from_config(file)` finds them.
 * @param sigmas the request's; `default` leaves it to the file
 * @throws EaselError `invalid_request` with the path `scheduler` where the file asks this algorithm for something that
 *   is not drawn here.
 */
export function settingsOf(
  name: string,
  algorithm: DiffusersClass,
  config: SchedulerConfig,
  sigmas: SigmaSpacing,
): Readonly<Settings> {
  const ofModel = known.get(config) ?? new Map<string, Readonly<Settings>>();
  known.set(config, ofModel);
  const key = `${name} ${sigmas}`;
  const settings = ofModel.get(key) ?? readSettings(name, algorithm, config, sigmas);
  ofModel.set(key, settings);
  return settings;
}

function readSettings(
  name: string,
  { defaults, fixed, only = {} }: DiffusersClass,
  config: SchedulerConfig,
  sigmas: SigmaSpacing,
): Settings {
  for (const [key, drawn] of Object.entries(only)) {
    const value = config.keys[key] ?? null;
    if (value === null || drawn.some((known) => JSON.stringify(known) === JSON.stringify(value))) continue;
    throw new EaselError(
      "invalid_request",
      `The scheduler ${name} can't draw with ${key} ${JSON.stringify(value)}, which the model's scheduler_config.json asks for.`,
      { path: "scheduler", hint: "Choose another scheduler." },
    );
  }
  const said = Object.entries(toCamel(config.file)).filter(([, value]) => value !== null);
  const settings: Settings = {
    ...DEFAULTS,
    ...defaults,
    ...(Object.fromEntries(said) as Partial<Settings>),
    sigmas: ownSigmas(config.file),
    ...fixed,
  };
  return sigmas === "default" ? settings : { ...settings, sigmas };
}

function ownSigmas(file: SchedulerConfigWire): SigmaSpacing {
  if (file.use_karras_sigmas === true) return "karras";
  if (file.use_exponential_sigmas === true) return "exponential";
  return file.use_beta_sigmas === true ? "beta" : "default";
}
