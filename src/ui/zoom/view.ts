/** How a picture lies in its box: a point p of the picture is shown at p × scale + (x, y), in CSS pixels. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** A part of the plane that is to be seen: a picture, with its surroundings perhaps. */
export interface Area extends Extent {
  /** Where it begins; 0 where it is not said. */
  readonly x?: number;
  readonly y?: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** So many times larger than a pixel of the screen a pixel of the picture can be. */
const LARGEST = 32;

/** The whole picture, as large as the box lets it be, in its middle. */
export function fitView(box: Extent, { x = 0, y = 0, width, height }: Area): View {
  const scale = Math.min(box.width / width, box.height / height);
  return {
    scale,
    x: (box.width - width * scale) / 2 - x * scale,
    y: (box.height - height * scale) / 2 - y * scale,
  };
}

/** Nearer or farther; the picture's point beneath `at` stays where it is. */
export function zoomAround(view: View, factor: number, at: Point, smallest: number): View {
  const scale = Math.min(LARGEST, Math.max(smallest, view.scale * factor));
  const share = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * share, y: at.y - (at.y - view.y) * share };
}

/** Two fingers went from `before` to `after`: what was beneath them still is. */
export function pinched(
  view: View,
  before: readonly [Point, Point],
  after: readonly [Point, Point],
  smallest: number,
): View {
  const distance = ([a, b]: readonly [Point, Point]) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
  const middle = ([a, b]: readonly [Point, Point]) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const [from, to] = [middle(before), middle(after)];
  const moved = panned(view, to.x - from.x, to.y - from.y);
  return zoomAround(moved, distance(after) / distance(before), to, smallest);
}

export function panned(view: View, dx: number, dy: number): View {
  return { ...view, x: view.x + dx, y: view.y + dy };
}

/** The nearest view in which nothing of the box is left empty that the picture could fill. */
export function clampView({ scale, ...at }: View, box: Extent, { x = 0, y = 0, width, height }: Area): View {
  const clamp = (start: number, room: number, length: number) =>
    length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, start));
  return {
    scale,
    x: clamp(at.x + x * scale, box.width, width * scale) - x * scale,
    y: clamp(at.y + y * scale, box.height, height * scale) - y * scale,
  };
}

/** What lies beneath a point of the box. */
export function toPicture({ scale, x, y }: View, at: Point): Point {
  return { x: (at.x - x) / scale, y: (at.y - y) / scale };
}
