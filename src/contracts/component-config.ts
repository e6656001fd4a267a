import { z } from "zod";

/**
 * The configuration files that a model has beside its graphs, as diffusers writes them: read, never written. Only what
 * the pipeline needs of them is stated; the rest passes by.
 */

/**
 * scheduler/scheduler_config.json as diffusers writes it. A model was trained with one noise schedule; whichever
 * algorithm draws then reads the same file. What is absent takes the algorithm's own default.
 */
export const schedulerConfigSchema = z.object({
  num_train_timesteps: z.number().int().positive().default(1000),
  beta_start: z.number().default(0.0001),
  beta_end: z.number().default(0.02),
  beta_schedule: z.enum(["linear", "scaled_linear", "squaredcos_cap_v2"]).default("linear"),
  trained_betas: z.array(z.number()).nullish(),
  rescale_betas_zero_snr: z.boolean().default(false),
  prediction_type: z.enum(["epsilon", "v_prediction", "sample"]).default("epsilon"),
  timestep_spacing: z.enum(["leading", "trailing", "linspace"]).optional(),
  steps_offset: z.number().int().default(0),
  set_alpha_to_one: z.boolean().optional(),
  clip_sample: z.boolean().default(false),
  clip_sample_range: z.number().default(1),
  final_sigmas_type: z.enum(["zero", "sigma_min"]).default("zero"),
  use_karras_sigmas: z.boolean().nullish(),
  use_exponential_sigmas: z.boolean().nullish(),
  use_beta_sigmas: z.boolean().nullish(),
  original_inference_steps: z.number().int().positive().default(50),
  timestep_scaling: z.number().default(10),
});
export type SchedulerConfigWire = z.infer<typeof schedulerConfigSchema>;

/** unet/config.json; what it does not say is as in Stable Diffusion 1.5. */
export const unetConfigSchema = z.object({ in_channels: z.number().int().positive().default(4) });

/** vae_decoder/config.json; what it does not say is as in Stable Diffusion 1.5. */
export const vaeConfigSchema = z.object({
  latent_channels: z.number().int().positive().default(4),
  scaling_factor: z.number().default(0.18215),
  shift_factor: z.number().nullish(),
  block_out_channels: z.array(z.number()).min(1).default([128, 256, 512, 512]),
});
export type VaeConfig = z.infer<typeof vaeConfigSchema>;
