/** Pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** The size that a picture of this size is resized to. */
export type TargetSize = (from: Size) => Size;

export const exactSize =
  (size: Size): TargetSize =>
  () =>
    size;

/** The shorter side becomes `side`, the shape stays. */
export function shortestEdge(side: number): TargetSize {
  return ({ height, width }) => {
    const long = Math.trunc((side * Math.max(height, width)) / Math.min(height, width));
    return width <= height ? { height: long, width: side } : { height: side, width: long };
  };
}

/** The shorter side becomes `side`, or less where the longer one would be above `longest` (DETR). */
export function withinEdges(side: number, longest: number): TargetSize {
  return ({ height, width }) => {
    const [short, long] = [Math.min(height, width), Math.max(height, width)];
    const exceeds = (long / short) * side > longest;
    const exact = exceeds ? (longest * short) / long : side;
    const edge = exceeds ? roundHalfEven(exact) : side;
    if (short === edge) return { height, width };
    return width < height
      ? { height: Math.trunc((exact * height) / width), width: edge }
      : { height: edge, width: Math.trunc((exact * width) / height) };
  };
}

/** As large as it can be in a box, the shape stays. */
export function withinBox(box: Size): TargetSize {
  return ({ height, width }) => {
    const scale = Math.min(box.height / height, box.width / width);
    return { height: Math.trunc(height * scale), width: Math.trunc(width * scale) };
  };
}

/** As {@link withinEdges}, both sides then cut down to a multiple of 16 (YOLOS). */
export function roundedEdges(side: number, longest: number): TargetSize {
  const within = withinEdges(side, longest);
  return (from) => {
    const { height, width } = within(from);
    return { height: height - (height % 16), width: width - (width % 16) };
  };
}

/** ConvNeXT's: from 384 on a square, below it a little more than the crop that follows. */
export function convNextSize(side: number, cropShare = 224 / 256): TargetSize {
  return side < 384 ? shortestEdge(Math.trunc(side / cropShare)) : exactSize({ height: side, width: side });
}

/** Python's round. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
