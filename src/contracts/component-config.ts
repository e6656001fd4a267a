import { z } from "zod";

/**
 * The configuration files that a model has beside its graphs, as diffusers writes them: read, never written. Only what
 * the pipeline needs of them is stated; the rest passes by.
 */

/**
 * scheduler/scheduler_config.json as diffusers writes it. A model was trained with one noise schedule; whichever
 * algorithm draws then reads the same file. What is absent or null takes the algorithm's own default.
 */
export const schedulerConfigSchema = z.object({
  _class_name: z.string().nullish(),
  num_train_timesteps: z.number().int().positive().nullish(),
  beta_start: z.number().nullish(),
  beta_end: z.number().nullish(),
  beta_schedule: z.enum(["linear", "scaled_linear", "squaredcos_cap_v2"]).nullish(),
  trained_betas: z.array(z.number()).nullish(),
  rescale_betas_zero_snr: z.boolean().nullish(),
  prediction_type: z.enum(["epsilon", "v_prediction", "sample"]).nullish(),
  timestep_spacing: z.enum(["leading", "trailing", "linspace"]).nullish(),
  steps_offset: z.number().int().min(0).max(1).nullish(),
  set_alpha_to_one: z.boolean().nullish(),
  clip_sample: z.boolean().nullish(),
  clip_sample_range: z.number().nullish(),
  final_sigmas_type: z.enum(["zero", "sigma_min"]).nullish(),
  lower_order_final: z.boolean().nullish(),
  euler_at_final: z.boolean().nullish(),
  use_karras_sigmas: z.boolean().nullish(),
  use_exponential_sigmas: z.boolean().nullish(),
  use_beta_sigmas: z.boolean().nullish(),
  use_flow_sigmas: z.literal(false).nullish(),
  original_inference_steps: z.number().int().positive().nullish(),
  timestep_scaling: z.number().nullish(),
  shift: z.number().positive().nullish(),
});
export type SchedulerConfigWire = z.infer<typeof schedulerConfigSchema>;

/** model_index.json: which of diffusers' pipelines the model was exported from. */
export const modelIndexSchema = z.object({
  _class_name: z.string().optional(),
  /** SDXL: whether no negative prompt is all zeros, and not the encoders' answer to the empty text. */
  force_zeros_for_empty_prompt: z.boolean().default(true),
});

/** text_encoder/config.json and text_encoder_2/config.json, as transformers writes them. */
export const textEncoderConfigSchema = z.object({
  architectures: z.array(z.string()).nullish(),
  hidden_size: z.number().int().positive().optional(),
  num_hidden_layers: z.number().int().positive().optional(),
  projection_dim: z.number().int().positive().optional(),
});
export type TextEncoderConfig = z.infer<typeof textEncoderConfigSchema>;

/** unet/config.json; what it does not say is as in Stable Diffusion 1.5, or not checked. */
export const unetConfigSchema = z.object({
  _class_name: z.string().optional(),
  in_channels: z.number().int().positive().default(4),
  out_channels: z.number().int().positive().nullish(),
  cross_attention_dim: z.number().int().positive().optional(),
  /** The guidance embedding's width, in models that were taught guidance (LCM). */
  time_cond_proj_dim: z.number().int().positive().nullish(),
  addition_embed_type: z.string().nullish(),
  addition_time_embed_dim: z.number().int().positive().nullish(),
  projection_class_embeddings_input_dim: z.number().int().positive().nullish(),
});
export type UnetConfig = z.infer<typeof unetConfigSchema>;

/** vae_decoder/config.json; what it does not say is as in Stable Diffusion 1.5. */
export const vaeConfigSchema = z.object({
  _class_name: z.string().optional(),
  latent_channels: z.number().int().positive().default(4),
  scaling_factor: z.number().default(0.18215),
  shift_factor: z.number().nullish(),
  block_out_channels: z.array(z.number()).min(1).default([128, 256, 512, 512]),
});
export type VaeConfig = z.infer<typeof vaeConfigSchema>;
