import { EaselError } from "../../contracts/errors.ts";
import type { RgbaImage } from "../tensor/image.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { PixelRows, toRgbaImage } from "./pixels.ts";
import { inSafeTiles } from "./safe-tiles.ts";
import type { TilePlan } from "./safe-tiles.ts";
import { blendTiles, cropPlanes } from "./tiles.ts";

/**
 * Clean latents [1, C, h, w] as a picture, in one piece or in blended tiles.
 * @param decode latents of any size to pixel values [1, 3, H, W] in [-1, 1]
 * @throws EaselError `invalid_output` where the picture is no picture; what `decode` throws.
 */
export function decodePicture(
  latents: FloatTensor,
  plan: TilePlan,
  decode: (latents: FloatTensor) => Promise<FloatTensor>,
): Promise<RgbaImage> {
  const { width, height, pixelsPerLatent: scale } = plan;
  return inSafeTiles(plan, "decoded", async (tile) => {
    if (tile >= Math.max(width, height)) return toRgbaImage(await decode(latents));
    const rows = new PixelRows(width * scale, height * scale);
    await blendTiles(
      { width, height, tile, scale },
      async (x, y, tileWidth, tileHeight) => {
        const pixels = await decode(cropPlanes(latents, x, y, tileWidth, tileHeight));
        return requireShape(pixels, tileWidth * scale, tileHeight * scale);
      },
      (y, values) => rows.set(y, values, 0, width * scale),
    );
    return rows.finish();
  });
}

function requireShape(pixels: FloatTensor, width: number, height: number): FloatTensor {
  if (pixels.dims[1] === 3 && pixels.dims[2] === height && pixels.dims[3] === width) return pixels;
  throw new EaselError(
    "model_corrupt",
    `A decoded tile should be [1, 3, ${height}, ${width}], but is [${pixels.dims.join(", ")}].`,
  );
}
