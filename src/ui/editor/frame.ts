import type { Extent } from "../zoom/view.ts";
import { intersection, type Rect } from "./rect.ts";

/** What of a picture's surroundings is seen: inside of it a crop, beyond it room that is drawn anew. In its pixels. */
export type Frame = Rect;

/** The parts of a frame that can be dragged: which sides each moves, -1 the left or upper one, 1 the other. */
export const HANDLES = Object.freeze({
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  top: { x: 0, y: -1 },
  bottom: { x: 0, y: 1 },
  top_left: { x: -1, y: -1 },
  top_right: { x: 1, y: -1 },
  bottom_left: { x: -1, y: 1 },
  bottom_right: { x: 1, y: 1 },
} as const);
export type Handle = keyof typeof HANDLES;

/** A crop keeps so many pixels at least. */
const SMALLEST = 16;
/** A frame is so many times as long as the picture's longer side at most. */
const LARGEST = 4;

/** As much of the picture as has this shape (width : height), in its middle: what is drawn of it without a frame. */
export function largestFrame(picture: Extent, shape: number): Frame {
  const width = Math.min(picture.width, Math.round(picture.height * shape));
  const height = Math.min(picture.height, Math.round(picture.width / shape));
  return {
    x: Math.round((picture.width - width) / 2),
    y: Math.round((picture.height - height) / 2),
    width,
    height,
  };
}

/**
 * The frame after one of its handles was moved. Its shape stays: a side that moves takes the two beside it along,
 * evenly; a corner leaves the opposite one where it is. It always holds some of the picture.
 */
export function moveHandle(
  frame: Frame,
  handle: Handle,
  dx: number,
  dy: number,
  picture: Extent,
  shape: number,
): Frame {
  const side = HANDLES[handle];
  const wider = side.x * dx;
  const higher = side.y * dy;
  // Of a corner's two movements the one that changes more has the say.
  const byWidth = side.y === 0 || (side.x !== 0 && Math.abs(wider) >= Math.abs(higher * shape));
  const width = limited(byWidth ? frame.width + wider : (frame.height + higher) * shape, picture, shape);
  const height = Math.round(width / shape);
  const moved: Frame = {
    x: placed(frame.x, frame.width, width, side.x),
    y: placed(frame.y, frame.height, height, side.y),
    width,
    height,
  };
  return touches(moved, picture) ? moved : frame;
}

/** The frame moved as a whole, as far as it still holds some of the picture. */
export function moveFrame(frame: Frame, dx: number, dy: number, picture: Extent): Frame {
  const moved = { ...frame, x: frame.x + Math.round(dx), y: frame.y + Math.round(dy) };
  return touches(moved, picture) ? moved : frame;
}

/** A frame of the same middle and another size: 1.25 is a quarter longer on each side. */
export function scaleFrame(frame: Frame, factor: number, picture: Extent, shape: number): Frame {
  const width = limited(frame.width * factor, picture, shape);
  const height = Math.round(width / shape);
  return {
    x: placed(frame.x, frame.width, width, 0),
    y: placed(frame.y, frame.height, height, 0),
    width,
    height,
  };
}

/** Whether it goes beyond the picture: then there is something to draw that was not there. */
export function growsBeyond({ x, y, width, height }: Frame, picture: Extent): boolean {
  return x < 0 || y < 0 || x + width > picture.width || y + height > picture.height;
}

function touches(frame: Frame, { width, height }: Extent): boolean {
  const shared = intersection(frame, { x: 0, y: 0, width, height });
  const needed = Math.min(SMALLEST, width, height);
  return shared !== null && shared.width >= needed && shared.height >= needed;
}

/** A width that keeps both sides within what is sensible. */
function limited(width: number, picture: Extent, shape: number): number {
  const longest = LARGEST * Math.max(picture.width, picture.height);
  const most = Math.min(longest, longest * shape);
  const least = Math.max(SMALLEST, SMALLEST * shape);
  return Math.round(Math.min(most, Math.max(least, width)));
}

/** Where a side begins whose length changes: the end that was not moved stays; with neither, the middle does. */
function placed(start: number, length: number, next: number, moved: -1 | 0 | 1): number {
  if (moved === 1) return start;
  if (moved === -1) return start + length - next;
  return Math.round(start + (length - next) / 2);
}
