import { EaselError } from "../../contracts/errors.ts";
import type { Randn } from "../schedulers/scheduler.ts";
import { elementCount, floatTensor } from "../tensor/tensor.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { inSafeTiles } from "./safe-tiles.ts";
import type { TilePlan } from "./safe-tiles.ts";
import { blendTiles, cropPlanes } from "./tiles.ts";

/**
 * Pixel values [1, 3, H, W] in [-1, 1] as latents [1, C, h, w], in one piece or in blended tiles. The encoder gives a
 * distribution, of which one sample is drawn with the picture's own numbers, as diffusers does.
 * @param latentDims [1, C, h, w]
 * @param encode pixel values of any size to means and log variances [1, 2 C, h, w]; an older export's graph draws the
 *   sample itself and gives [1, C, h, w]
 * @throws EaselError `model_corrupt` where the encoder gives another shape, `invalid_output` where it gives no
 *   numbers; what `encode` throws.
 */
export async function encodePicture(
  pixels: FloatTensor,
  latentDims: readonly number[],
  plan: TilePlan,
  randn: Randn,
  encode: (pixels: FloatTensor) => Promise<FloatTensor>,
): Promise<FloatTensor> {
  const { width, height, pixelsPerLatent: scale } = plan;
  const moments = await inSafeTiles(plan, "encoded", async (tile) => {
    if (tile >= Math.max(width, height)) return encode(pixels);
    let whole: FloatTensor | undefined;
    await blendTiles(
      { width, height, tile, scale: 1 },
      async (x, y, tileWidth, tileHeight) => {
        const part = cropPlanes(pixels, x * scale, y * scale, tileWidth * scale, tileHeight * scale);
        const encoded = await encode(part);
        whole ??= emptyPlanes(encoded.dims[1] ?? 0, height, width);
        return encoded;
      },
      (y, values) => {
        const { dims, data } = whole!;
        for (let channel = 0; channel < dims[1]!; channel++) {
          const row = values.subarray(channel * width, (channel + 1) * width);
          data.set(row, (channel * height + y) * width);
        }
      },
    );
    return whole!;
  });
  if (!moments.data.every(Number.isFinite)) {
    throw new EaselError("invalid_output", "The encoder's answer to the input picture is not a number.", {
      hint: "Half precision may overflow here: draw it again in full precision or on another device.",
    });
  }
  return sampled(moments, latentDims, randn);
}

/** mean + deviation x normal; the log variance is kept in -30..20, as diffusers does. */
function sampled(moments: FloatTensor, latentDims: readonly number[], randn: Randn): FloatTensor {
  const count = elementCount(latentDims);
  if (moments.data.length === count) return floatTensor(latentDims, moments.data);
  if (moments.data.length !== 2 * count) {
    throw new EaselError(
      "model_corrupt",
      `The encoder should give [${latentDims.join(", ")}] or twice the channels, but gave [${moments.dims.join(", ")}].`,
    );
  }
  const normals = randn(count);
  const latents = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const logVariance = Math.min(Math.max(moments.data[count + i]!, -30), 20);
    latents[i] = moments.data[i]! + Math.exp(0.5 * logVariance) * normals[i]!;
  }
  return floatTensor(latentDims, latents);
}

function emptyPlanes(channels: number, height: number, width: number): FloatTensor {
  return floatTensor([1, channels, height, width], new Float32Array(channels * height * width));
}
