import type { GenerationResult } from "../../src/contracts/progress.ts";
import type { GenerationRequest } from "../../src/contracts/request.ts";
import { formatParameters } from "../../src/core/metadata/parameters.ts";
import { writePngText } from "../../src/core/metadata/png-text.ts";
import type { RgbaImage } from "../../src/core/tensor/image.ts";

/** Pixels as a PNG that says of itself how it was drawn. */
export async function encodePng(
  image: RgbaImage,
  request: GenerationRequest,
  result: GenerationResult,
): Promise<Blob> {
  const blob = await onCanvas(image).convertToBlob({ type: "image/png" });
  const png = new Uint8Array(await blob.arrayBuffer());
  return new Blob([writePngText(png, "parameters", formatParameters(request, result))], {
    type: "image/png",
  });
}

/** A small picture between steps, made at once and without a copy of its pixels crossing to the page. */
export function previewBitmap(image: RgbaImage): ImageBitmap {
  return onCanvas(image).transferToImageBitmap();
}

function onCanvas(image: RgbaImage): OffscreenCanvas {
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser gives a worker no 2D canvas.");
  context.putImageData(new ImageData(image.data, image.width, image.height), 0, 0);
  return canvas;
}
