export const MODEL_FAMILIES = ["sd", "sdxl"] as const;

/** The parts of a model that are graphs of their own, by the folders that Optimum puts them into. */
export const MODEL_COMPONENTS = [
  "text_encoder",
  "text_encoder_2",
  "unet",
  "vae_decoder",
  "vae_encoder",
  "preview_decoder",
] as const;
