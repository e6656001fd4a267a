import { preprocessorConfigSchema } from "../contracts/seeing-config.ts";
import type { PreprocessorConfigWire } from "../contracts/seeing-config.ts";
import { corruptConfig, readConfig } from "../core/families/component-config.ts";
import type { ResizeFilter } from "../core/image/resize.ts";
import type { ListedFiles } from "../core/model-files.ts";
import { convNextSize, exactSize, roundedEdges, shortestEdge, withinEdges } from "./target-size.ts";
import type { Size, TargetSize } from "./target-size.ts";

export const PREPROCESSOR_CONFIG = "preprocessor_config.json";

/** What is done to a picture before a model sees it, in this order: resize, crop, rescale, normalise. */
export interface Preprocessor {
  readonly resize: { readonly to: TargetSize; readonly filter: ResizeFilter | "nearest" } | undefined;
  /** The middle of this size is kept; what the picture lacks is zero. */
  readonly crop: Size | undefined;
  /** What a channel's value 0..255 is multiplied by, if it is. */
  readonly rescale: number | undefined;
  /** Whether a picture that is smaller than its place is followed by zeros; detectors alone do so. */
  readonly pads: boolean;
  readonly normalise: { readonly mean: readonly number[]; readonly deviation: readonly number[] } | undefined;
}

const FILTERS = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"] as const;
const HALVES = [0.5, 0.5, 0.5] as const;
const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;
const CLIP = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  deviation: [0.26862954, 0.26130258, 0.27577711],
} as const;

type ConfiguredSize = NonNullable<PreprocessorConfigWire["size"]>;

/** What a processor of transformers takes for a field that its file does not have. */
interface Defaults {
  readonly size: ConfiguredSize;
  readonly resample: number;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  readonly crop?: number;
  /** Whether a size that is one number is a square's side, and not the shortest edge. */
  readonly square: boolean;
}

/** The processors that are known, by what is before `ImageProcessor` or `FeatureExtractor` in their names. */
const PROCESSORS: Readonly<Record<string, Defaults>> = {
  ViT: { size: 224, resample: 2, mean: HALVES, deviation: HALVES, square: true },
  DeiT: { size: 256, resample: 3, mean: HALVES, deviation: HALVES, crop: 224, square: true },
  CLIP: { size: 224, resample: 3, ...CLIP, crop: 224, square: false },
  ConvNext: { size: 384, resample: 3, mean: HALVES, deviation: HALVES, square: false },
  MobileNetV2: { size: 256, resample: 2, mean: HALVES, deviation: HALVES, crop: 224, square: false },
  Detr: { size: 800, resample: 2, ...IMAGENET, square: false },
  ConditionalDetr: { size: 800, resample: 2, ...IMAGENET, square: false },
  DeformableDetr: { size: 800, resample: 2, ...IMAGENET, square: false },
  Yolos: { size: 800, resample: 2, ...IMAGENET, square: false },
};
const LONGEST_EDGE = 1333;

/**
 * A model's preprocessor_config.json, as transformers reads it.
 * @throws EaselError `model_corrupt` where it is missing, of an unknown processor, or asks for what that can't do.
 */
export async function readPreprocessor(model: ListedFiles): Promise<Preprocessor> {
  if (!model.manifest.files.some(({ path }) => path === PREPROCESSOR_CONFIG)) {
    throw corruptConfig(
      PREPROCESSOR_CONFIG,
      "it is not there, and only it says what pictures the model takes",
    );
  }
  const config = await readConfig(model, PREPROCESSOR_CONFIG, preprocessorConfigSchema);
  const type = config.image_processor_type ?? config.feature_extractor_type ?? "none";
  const name = type.replace(/(ImageProcessor|FeatureExtractor)(Fast|Pil)?$/, "");
  const defaults = PROCESSORS[name];
  if (defaults === undefined) {
    const known = Object.keys(PROCESSORS).join(", ");
    throw corruptConfig(
      PREPROCESSOR_CONFIG,
      `the image processor should be one of ${known}, but it is ${type}`,
    );
  }
  const crops = config.do_center_crop ?? defaults.crop !== undefined;
  return {
    resize:
      config.do_resize === false
        ? undefined
        : { to: targetSize(name, config, defaults), filter: FILTERS[config.resample ?? defaults.resample]! },
    crop: crops ? cropSize(config.crop_size ?? defaults.crop) : convNextCrop(name, config, defaults),
    rescale: config.do_rescale === false ? undefined : (config.rescale_factor ?? 1 / 255),
    pads: config.do_pad ?? config.pad_and_return_pixel_mask ?? true,
    normalise:
      config.do_normalize === false
        ? undefined
        : {
            mean: config.image_mean ?? defaults.mean,
            deviation: positive(config.image_std ?? defaults.deviation),
          },
  };
}

function targetSize(name: string, config: PreprocessorConfigWire, defaults: Defaults): TargetSize {
  const size = config.size ?? defaults.size;
  const side = typeof size === "number" ? size : "shortest_edge" in size ? size.shortest_edge : undefined;
  if (typeof size === "object" && "height" in size && name !== "ConvNext") return exactSize(size);
  if (side === undefined) throw corruptConfig(PREPROCESSOR_CONFIG, "size should have a shortest_edge");
  const longest = typeof size === "object" && "longest_edge" in size ? size.longest_edge : config.max_size;
  switch (name) {
    case "ConvNext":
      return convNextSize(side, config.crop_pct ?? undefined);
    case "Detr":
    case "ConditionalDetr":
    case "DeformableDetr":
      return withinEdges(side, longest ?? LONGEST_EDGE);
    case "Yolos":
      return roundedEdges(side, longest ?? LONGEST_EDGE);
    default:
      if (typeof size === "object" && longest) return withinEdges(side, longest);
      return typeof size === "number" && defaults.square
        ? exactSize({ height: side, width: side })
        : shortestEdge(side);
  }
}

function cropSize(size: ConfiguredSize | undefined): Size {
  if (typeof size === "number") return { height: size, width: size };
  if (size !== undefined && "height" in size) return size;
  throw corruptConfig(PREPROCESSOR_CONFIG, "crop_size should be a number, or have a height and a width");
}

/** Below 384, ConvNeXT crops what it has made a little larger. */
function convNextCrop(name: string, config: PreprocessorConfigWire, defaults: Defaults): Size | undefined {
  if (name !== "ConvNext" || config.do_resize === false) return undefined;
  const size = config.size ?? defaults.size;
  const side = typeof size === "number" ? size : "shortest_edge" in size ? size.shortest_edge : size.height;
  return side < 384 ? { height: side, width: side } : undefined;
}

function positive(deviation: readonly number[]): readonly number[] {
  if (deviation.every((value) => value > 0)) return deviation;
  throw corruptConfig(
    PREPROCESSOR_CONFIG,
    `image_std should be above 0 in each channel, but is ${deviation.join(", ")}`,
  );
}
