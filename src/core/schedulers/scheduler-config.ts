import { schedulerConfigSchema } from "../../contracts/component-config.ts";
import type { SchedulerConfigWire } from "../../contracts/component-config.ts";
import { EaselError } from "../../contracts/errors.ts";

/** A model's scheduler/scheduler_config.json, checked. {@link settingsOf} makes one algorithm's settings of it. */
export interface SchedulerConfig {
  /** The settings that some algorithm here hears. */
  readonly file: SchedulerConfigWire;
  /** Every key of the file: an algorithm refuses those that would change its numbers. */
  readonly keys: Readonly<Record<string, unknown>>;
  /** Whether the model was trained by flow matching, and not to take noise out of a diffusion. */
  readonly flowMatching: boolean;
}

/**
 * Reads the file as diffusers writes it, whatever class wrote it: another algorithm may draw, and unknown keys pass by.
 * @throws EaselError `model_corrupt` where the file is no JSON or says what no algorithm here can follow.
 */
export function parseSchedulerConfig(json: string): SchedulerConfig {
  const keys = parseJson(json);
  const parsed = schedulerConfigSchema.safeParse(keys);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw unusable(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  const file = parsed.data;
  const className = file._class_name ?? "";
  // EDM's classes scale the model's input and output in a way of their own, and take other sigmas.
  if (className.startsWith("EDM")) throw unusable(`_class_name: ${className} is not drawn here`);
  const spacings = [file.use_karras_sigmas, file.use_exponential_sigmas, file.use_beta_sigmas];
  if (spacings.filter((wanted) => wanted === true).length > 1) {
    throw unusable("only one of use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas can be true");
  }
  const trainTimesteps = file.num_train_timesteps ?? 1000;
  if (
    file.trained_betas !== undefined &&
    file.trained_betas !== null &&
    file.trained_betas.length !== trainTimesteps
  ) {
    throw unusable(
      `trained_betas: expected num_train_timesteps = ${trainTimesteps} numbers, got ${file.trained_betas.length}`,
    );
  }
  return {
    file,
    keys: keys as Record<string, unknown>,
    flowMatching: className.startsWith("FlowMatch"),
  };
}

/**
 * The file as diffusers' Stable Diffusion pipelines read it. They correct what old files have wrong: the offset of
 * `leading` timesteps, and clipping, which is for pixels.
 */
export function asStableDiffusion(config: SchedulerConfig): SchedulerConfig {
  return { ...config, file: { ...config.file, steps_offset: 1, clip_sample: false } };
}

function unusable(reason: string): EaselError {
  return new EaselError(
    "model_corrupt",
    `The model's scheduler/scheduler_config.json can't be used: ${reason}.`,
  );
}

/** Strings, which stay, and the words that Python writes for infinite numbers and NaN, which JSON does not know. */
const STRING_OR_NO_NUMBER = /"(?:\\.|[^"\\])*"|-?Infinity|NaN/g;

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json.replace(STRING_OR_NO_NUMBER, (found) => (found.startsWith('"') ? found : "null")));
  } catch (cause) {
    throw new EaselError("model_corrupt", "The model's scheduler/scheduler_config.json is no JSON.", {
      cause,
    });
  }
}
