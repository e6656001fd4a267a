import type { RgbaImage } from "../tensor/image.ts";

/** How many pixels are added on each side. */
export interface Margins {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * A picture on a larger canvas and the mask of what is new, for outpainting: inpainting then fills the new part. The
 * picture's edge pixels are drawn out over it, so that its colours go on where a strength under 1 keeps some of them.
 * @param feather pixels of the old picture along each grown side over which the mask fades from new to kept, so that
 *   no seam shows
 */
export function growCanvas(
  image: RgbaImage,
  margins: Margins,
  feather: number,
): { initImage: RgbaImage; maskImage: RgbaImage } {
  const width = margins.left + image.width + margins.right;
  const height = margins.top + image.height + margins.bottom;
  const picture = new Uint8ClampedArray(width * height * 4);
  const mask = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, at = 0; y < height; y++) {
    const fromY = y - margins.top;
    const row = clamp(fromY, image.height) * image.width;
    const newY = share(fromY, image.height, margins.top, margins.bottom, feather);
    for (let x = 0; x < width; x++, at += 4) {
      const fromX = x - margins.left;
      const from = (row + clamp(fromX, image.width)) * 4;
      for (let channel = 0; channel < 4; channel++) picture[at + channel] = image.data[from + channel]!;
      const newX = share(fromX, image.width, margins.left, margins.right, feather);
      const white = 255 * Math.max(newX, newY);
      mask.fill(white, at, at + 3);
      mask[at + 3] = 255;
    }
  }
  return { initImage: { width, height, data: picture }, maskImage: { width, height, data: mask } };
}

function clamp(position: number, length: number): number {
  return Math.min(Math.max(position, 0), length - 1);
}

/** 1 outside of 0..length; inside it falls to 0 over `feather` pixels from each side that has a margin. */
function share(position: number, length: number, before: number, after: number, feather: number): number {
  if (position < 0 || position >= length) return 1;
  const fromStart = before > 0 ? position + 1 : Infinity;
  const fromEnd = after > 0 ? length - position : Infinity;
  return Math.max(0, 1 - Math.min(fromStart, fromEnd) / (feather + 1));
}
