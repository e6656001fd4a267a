import { schedulerConfigSchema } from "../../contracts/component-config.ts";
import type { SchedulerConfigWire } from "../../contracts/component-config.ts";
import { EaselError } from "../../contracts/errors.ts";

export type PredictionType = SchedulerConfigWire["prediction_type"];
export type TimestepSpacing = NonNullable<SchedulerConfigWire["timestep_spacing"]>;

export interface SchedulerConfig {
  numTrainTimesteps: number;
  betaStart: number;
  betaEnd: number;
  betaSchedule: SchedulerConfigWire["beta_schedule"];
  trainedBetas: readonly number[] | undefined;
  rescaleBetasZeroSnr: boolean;
  predictionType: PredictionType;
  /** Absent: the algorithm's own. */
  timestepSpacing: TimestepSpacing | undefined;
  stepsOffset: number;
  setAlphaToOne: boolean | undefined;
  clipSample: boolean;
  clipSampleRange: number;
  finalSigmasType: SchedulerConfigWire["final_sigmas_type"];
  /** The model's own spacing of sigmas, which a request's `default` stands for. */
  sigmas: "default" | "karras" | "exponential" | "beta";
  originalInferenceSteps: number;
  timestepScaling: number;
}

/** @throws EaselError `model_corrupt` where the file is no JSON or names a schedule that is not known here. */
export function parseSchedulerConfig(json: string): SchedulerConfig {
  const parsed = schedulerConfigSchema.safeParse(parseJson(json));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new EaselError(
      "model_corrupt",
      `The model's scheduler/scheduler_config.json can't be used: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`,
    );
  }
  const wire = parsed.data;
  return {
    numTrainTimesteps: wire.num_train_timesteps,
    betaStart: wire.beta_start,
    betaEnd: wire.beta_end,
    betaSchedule: wire.beta_schedule,
    trainedBetas: wire.trained_betas ?? undefined,
    rescaleBetasZeroSnr: wire.rescale_betas_zero_snr,
    predictionType: wire.prediction_type,
    timestepSpacing: wire.timestep_spacing,
    stepsOffset: wire.steps_offset,
    setAlphaToOne: wire.set_alpha_to_one,
    clipSample: wire.clip_sample,
    clipSampleRange: wire.clip_sample_range,
    finalSigmasType: wire.final_sigmas_type,
    sigmas: ownSpacing(wire),
    originalInferenceSteps: wire.original_inference_steps,
    timestepScaling: wire.timestep_scaling,
  };
}

function ownSpacing(wire: SchedulerConfigWire): SchedulerConfig["sigmas"] {
  if (wire.use_karras_sigmas === true) return "karras";
  if (wire.use_exponential_sigmas === true) return "exponential";
  return wire.use_beta_sigmas === true ? "beta" : "default";
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new EaselError("model_corrupt", "The model's scheduler/scheduler_config.json is no JSON.", {
      cause,
    });
  }
}
