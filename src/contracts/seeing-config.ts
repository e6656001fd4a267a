import { z } from "zod";

/**
 * The configuration files of a model that sees, as transformers writes them: read, never written. Only what is needed of
 * them is stated; the rest passes by.
 */

const sideSchema = z.number().int().positive();

/** A size in a preprocessor's file: a number in older ones, whose meaning depends on the processor. */
const sizeSchema = z.union([
  sideSchema,
  z.strictObject({ height: sideSchema, width: sideSchema }),
  z.strictObject({ shortest_edge: sideSchema, longest_edge: sideSchema.nullish() }),
]);

const channelsSchema = z.tuple([z.number(), z.number(), z.number()]);

/** preprocessor_config.json; what it does not say is the processor's own default. */
export const preprocessorConfigSchema = z.object({
  image_processor_type: z.string().nullish(),
  /** The same in older files: `CLIPFeatureExtractor`. */
  feature_extractor_type: z.string().nullish(),
  do_resize: z.boolean().nullish(),
  size: sizeSchema.nullish(),
  /** The longest edge, in older files of detectors. */
  max_size: sideSchema.nullish(),
  /** Pillow's filter: 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, 4 box, 5 hamming. */
  resample: z.number().int().min(0).max(5).nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: sizeSchema.nullish(),
  /** ConvNeXT: the share of the resized picture that the crop keeps. */
  crop_pct: z.number().positive().max(1).nullish(),
  /** Detectors: whether pictures are padded to one size; older files have the other name. */
  do_pad: z.boolean().nullish(),
  pad_and_return_pixel_mask: z.boolean().nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().positive().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: channelsSchema.nullish(),
  image_std: channelsSchema.nullish(),
});
export type PreprocessorConfigWire = z.infer<typeof preprocessorConfigSchema>;

/** config.json of a classifier, a CLIP or a detector. */
export const seeingConfigSchema = z.object({
  model_type: z.string(),
  /** transformers' classes that the weights are for. */
  architectures: z.array(z.string()).nullish(),
  /** Label by index, the index written as a string. */
  id2label: z.record(z.string(), z.string()).nullish(),
  problem_type: z.enum(["regression", "single_label_classification", "multi_label_classification"]).nullish(),
  text_config: z.object({ max_position_embeddings: sideSchema.nullish() }).nullish(),
});
export type SeeingConfigWire = z.infer<typeof seeingConfigSchema>;

/**
 * text.json of easel-eyes: the classifier of prompts. A row a token: the token, its inverse document frequency, and by
 * category how far its log likelihood lies behind that of the best; in hundredths.
 */
export const textClassifierSchema = z.object({
  categories: z.array(z.string()).min(1),
  prior: z.array(z.number()),
  tokens: z.array(z.tuple([z.string(), z.number()]).rest(z.number())).min(1),
});

/** eyes.json of easel-eyes: the things that it knows, in the graph's order, and the side of the square that it takes, in pixels. */
export const eyesLabelsSchema = z.object({
  side: sideSchema,
  things: z.array(z.object({ english: z.string(), chinese: z.string() })).min(1),
});
