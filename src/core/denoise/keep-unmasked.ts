import type { Scheduler } from "../schedulers/scheduler.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/**
 * Inpainting by blending, for models that know no masks: after every evaluation what the mask keeps is the original
 * again, as noisy as the rest; after the last, clean. As diffusers' StableDiffusionInpaintPipeline does with a UNet
 * of plain latents.
 * @param mask [1, 1, h, w], 1 where the picture is drawn anew
 * @returns changes a sample in place; `next` is the evaluation that it is to be ready for
 */
export function keepUnmasked(
  scheduler: Scheduler,
  original: FloatTensor,
  noise: FloatTensor,
  mask: FloatTensor,
): (sample: Float32Array<ArrayBuffer>, next: number | undefined) => void {
  const plane = mask.data.length;
  return (sample, next) => {
    const kept = next === undefined ? original.data : scheduler.addNoise(original.data, noise.data, next);
    for (let start = 0; start < sample.length; start += plane) {
      for (let i = 0; i < plane; i++) {
        const share = mask.data[i]!;
        sample[start + i] = (1 - share) * kept[start + i]! + share * sample[start + i]!;
      }
    }
  };
}
