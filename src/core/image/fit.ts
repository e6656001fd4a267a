import type { RgbaImage } from "../tensor/image.ts";
import { resizeImage } from "./resize.ts";

/**
 * An input picture as the pipeline takes it: transparency laid on white, then the largest centred part of the wanted
 * shape, resized by Lanczos. Nothing is distorted; what sticks out on two sides is cut off. Done here, not by the
 * hosts, so that a browser and a server draw from the same pixels.
 */
export function fitImage(image: RgbaImage, width: number, height: number): RgbaImage {
  const opaque = onWhite(image);
  if (image.width === width && image.height === height)
    return opaque === image ? { width, height, data: image.data.slice() } : opaque;
  const scale = Math.min(image.width / width, image.height / height);
  const [boxWidth, boxHeight] = [width * scale, height * scale];
  return resizeImage(opaque, width, height, {
    left: (image.width - boxWidth) / 2,
    top: (image.height - boxHeight) / 2,
    width: boxWidth,
    height: boxHeight,
  });
}

/** Straight (not premultiplied) alpha over white. An opaque picture, as most are, is returned itself. */
export function onWhite(image: RgbaImage): RgbaImage {
  const { width, height, data } = image;
  if (isOpaque(data)) return image;
  const opaque = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]! / 255;
    for (let channel = i; channel < i + 3; channel++) opaque[channel] = 255 + (data[channel]! - 255) * alpha;
    opaque[i + 3] = 255;
  }
  return { width, height, data: opaque };
}

function isOpaque(data: Uint8ClampedArray): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}
