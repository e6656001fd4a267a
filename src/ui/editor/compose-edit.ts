import { growCanvas } from "../../core/image/grow-canvas.ts";
import type { RgbaImage } from "../../core/tensor/image.ts";
import type { EditSession } from "./edit-session.svelte.ts";
import { growsBeyond } from "./frame.ts";
import { intersection } from "./rect.ts";

/** What is drawn of it has far fewer pixels. */
const LONGEST_SIDE = 2048;
/** So much of the shorter side fades from new to kept along a side that grew, so that no seam shows. */
const FEATHER = 0.06;

export interface ComposedEdit {
  /** PNG: the framed part of the picture, its edges drawn out where the frame goes beyond it. */
  picture: Blob;
  /** PNG of the same size, white is drawn anew; null where nothing is covered. */
  mask: Blob | null;
}

/** An edit as a request can start from it. */
export async function composeEdit({
  picture,
  extent,
  frame,
  painting,
}: Pick<EditSession, "picture" | "extent" | "frame" | "painting">): Promise<ComposedEdit> {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(frame.width, frame.height));
  const [width, height] = [Math.round(frame.width * scale), Math.round(frame.height * scale)];
  const inside = intersection(frame, { x: 0, y: 0, ...extent });
  if (inside === null) throw new Error("The frame holds nothing of the picture.");
  const left = Math.round((inside.x - frame.x) * scale);
  const top = Math.round((inside.y - frame.y) * scale);
  const [cropWidth, cropHeight] = [
    Math.min(width - left, Math.max(1, Math.round(inside.width * scale))),
    Math.min(height - top, Math.max(1, Math.round(inside.height * scale))),
  ];

  const crop = canvasOf(cropWidth, cropHeight);
  crop.fillStyle = "white";
  crop.fillRect(0, 0, cropWidth, cropHeight);
  crop.drawImage(picture, inside.x, inside.y, inside.width, inside.height, 0, 0, cropWidth, cropHeight);
  const margins = { left, top, right: width - left - cropWidth, bottom: height - top - cropHeight };
  const feather = Math.round(Math.min(cropWidth, cropHeight) * FEATHER);
  const grown = growCanvas(crop.getImageData(0, 0, cropWidth, cropHeight), margins, feather);

  const composed = await pngOf(canvasWith(grown.initImage));
  if (!growsBeyond(frame, extent) && painting.empty) return { picture: composed, mask: null };
  const mask = canvasWith(grown.maskImage);
  mask.drawImage(
    paintedCanvas(painting),
    inside.x,
    inside.y,
    inside.width,
    inside.height,
    left,
    top,
    cropWidth,
    cropHeight,
  );
  return { picture: composed, mask: await pngOf(mask) };
}

/** White, as opaque as it is painted: drawn over the mask of what grew, both count. */
function paintedCanvas({ values, width, height }: EditSession["painting"]): OffscreenCanvas {
  const data = new Uint8ClampedArray(values.length * 4).fill(255);
  for (let at = 0; at < values.length; at++) data[at * 4 + 3] = values[at]!;
  return canvasWith({ width, height, data }).canvas;
}

function canvasWith({ width, height, data }: RgbaImage): OffscreenCanvasRenderingContext2D {
  const context = canvasOf(width, height);
  context.putImageData(new ImageData(data, width, height), 0, 0);
  return context;
}

function canvasOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (context === null) throw new Error("This browser gives no 2D canvas.");
  context.imageSmoothingQuality = "high";
  return context;
}

async function pngOf({ canvas }: OffscreenCanvasRenderingContext2D): Promise<Blob> {
  return await canvas.convertToBlob({ type: "image/png" });
}
