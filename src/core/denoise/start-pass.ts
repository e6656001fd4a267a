import type { GenerationRequest } from "../../contracts/request.ts";
import { fullMask, latentMask, maskedPixels } from "../image/mask.ts";
import type { Mask } from "../image/mask.ts";
import type { Pass } from "../request/passes.ts";
import type { Scheduler } from "../schedulers/scheduler.ts";
import type { TorchGenerator } from "../tensor/generator.ts";
import type { RgbaImage } from "../tensor/image.ts";
import { concatChannels, elementCount, floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { fromRgbaImage } from "../vae/pixels.ts";
import type { DenoisePath } from "./denoise.ts";
import { keepUnmasked } from "./keep-unmasked.ts";
import { drawNoise } from "./noise.ts";

/** What a pass starts from beside noise: a picture of its size, or such a picture's latents, and what of it is kept. */
export interface PassSource {
  readonly image?: RgbaImage | undefined;
  readonly latents?: FloatTensor | undefined;
  readonly mask?: Mask | undefined;
}

export interface PassStart {
  /** Noisy latents, ready for the pass's first evaluation. */
  readonly latents: FloatTensor;
  /** What an inpainting model sees beside them: mask [1, 1, h, w] and the kept pixels' latents [1, C, h, w]. */
  readonly extra: FloatTensor | undefined;
  readonly keep: DenoisePath["keep"];
}

export interface PassSetting {
  readonly request: GenerationRequest;
  readonly pass: Pass;
  /** The latents' shape [1, C, h, w]. */
  readonly dims: readonly number[];
  /** Channels that the denoiser sees beside the latents; 0: it knows no masks. */
  readonly extraChannels: number;
  readonly scheduler: Scheduler;
  readonly generator: TorchGenerator;
  /** Pixel values [1, 3, H, W] to latents as the denoiser sees them, drawing numbers from the generator. */
  readonly encode: (pixels: FloatTensor) => Promise<FloatTensor>;
}

/**
 * Where one pass starts. Numbers are drawn from the picture's stream in diffusers' order (its image-to-image and
 * inpainting pipelines): the encoder's sample, the noise, the encoder's sample of what the mask keeps.
 */
export async function startPass(source: PassSource, setting: PassSetting): Promise<PassStart> {
  const { request, pass, dims, extraChannels, scheduler, generator, encode } = setting;
  const { image, mask } = source;
  // With a mask and the full strength what is drawn anew starts from noise alone, whatever stood there.
  const fromNoise = pass.strength === undefined || (mask !== undefined && pass.strength === 1);
  const blends = mask !== undefined && extraChannels === 0;

  let original = source.latents;
  if (image !== undefined && (blends || !fromNoise)) original = await encode(fromRgbaImage(image));
  const noise = drawNoise(request, dims, generator);
  const latents =
    fromNoise || original === undefined
      ? scaled(noise, scheduler.initNoiseSigma)
      : floatTensor(dims, scheduler.addNoise(original.data, noise.data, firstEvaluation(pass, scheduler)));

  if (extraChannels > 0) {
    return { latents, extra: await maskChannels(source, setting), keep: undefined };
  }
  if (!blends || original === undefined) return { latents, extra: undefined, keep: undefined };
  // diffusers encodes what the mask keeps here too, and then has no use for it but the numbers that it has drawn.
  generator.randn(elementCount(dims));
  const kept = latentMask(mask, dims[2]!, dims[3]!);
  return { latents, extra: undefined, keep: keepUnmasked(scheduler, original, noise, kept) };
}

/** The mask and the kept pixels' latents; an inpainting model without a mask draws everything anew. */
async function maskChannels(
  { image, mask }: PassSource,
  { pass, dims, encode }: PassSetting,
): Promise<FloatTensor> {
  const { width, height } = pass;
  const given = mask ?? fullMask(width, height);
  const pixels =
    image === undefined
      ? floatTensor([1, 3, height, width], new Float32Array(3 * height * width))
      : maskedPixels(fromRgbaImage(image), given);
  return concatChannels([latentMask(given, dims[2]!, dims[3]!), await encode(pixels)]);
}

function firstEvaluation({ numSteps, steps }: Pass, scheduler: Scheduler): number {
  return (numSteps - steps) * scheduler.order;
}

function scaled({ dims, data }: FloatTensor, factor: number): FloatTensor {
  const result = new Float32Array(data.length);
  for (let i = 0; i < result.length; i++) result[i] = data[i]! * factor;
  return floatTensor(dims, result);
}
