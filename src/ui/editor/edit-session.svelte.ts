import type { Manifest } from "../../contracts/model.ts";
import type { SeenThing } from "../../contracts/sight.ts";
import { decodePicture, toStartingPicture } from "../starting-picture/picture-file.ts";
import type { Extent } from "../zoom/view.ts";
import type { Brush, StrokePoint } from "./brush.ts";
import { largestFrame, moveFrame, moveHandle, scaleFrame, type Frame, type Handle } from "./frame.ts";
import { MaskPainting } from "./mask-painting.ts";
import type { Rect } from "./rect.ts";
import { coverOf } from "./thing-cover.ts";

export type Size = Manifest["sizes"][number];

/** A picture being edited: what is painted over, what is framed, and with which tool. It outlives the view of it. */
export class EditSession {
  readonly picture: ImageBitmap;
  /** The same as a file: what can be looked at. */
  readonly file: Blob;
  readonly parentId: string | null;
  readonly painting: MaskPainting;
  /** Those that can be drawn. */
  readonly sizes: readonly Size[];
  mode = $state<"brush" | "things" | "frame">("brush");
  /** What is seen in the picture, the surest first; null: it was not looked at yet. */
  things = $state.raw<readonly SeenThing[] | null>(null);
  brushSize = $state(0);
  softness = $state(0.4);
  erase = $state(false);
  #size = $state.raw<Size>([1, 1]);
  #frame = $state.raw<Frame>({ x: 0, y: 0, width: 1, height: 1 });
  #changes = $state(0);
  /** Shows what has changed of the mask. */
  onPainted: (rect: Rect) => void = () => undefined;

  constructor(
    file: Blob,
    picture: ImageBitmap,
    painting: MaskPainting,
    parentId: string | null,
    sizes: readonly Size[],
  ) {
    this.file = file;
    this.picture = picture;
    this.painting = painting;
    this.parentId = parentId;
    this.sizes = sizes;
    this.brushSize = Math.round(Math.max(picture.width, picture.height) / 6);
    this.chooseSize(nearestShape(picture, sizes));
  }

  get extent(): Extent {
    return { width: this.picture.width, height: this.picture.height };
  }

  get brush(): Brush {
    return { size: this.brushSize, softness: this.softness, erase: this.erase };
  }

  /** In pixels of the picture. */
  get largestBrush(): number {
    return Math.max(this.extent.width, this.extent.height);
  }

  get canUndo(): boolean {
    return this.#changes >= 0 && this.painting.canUndo;
  }

  get canRedo(): boolean {
    return this.#changes >= 0 && this.painting.canRedo;
  }

  /** The size that is drawn; its shape is the frame's. */
  get size(): Size {
    return this.#size;
  }

  get frame(): Frame {
    return this.#frame;
  }

  get framed(): boolean {
    const { x, y, width, height } = largestFrame(this.extent, this.#shape);
    const frame = this.#frame;
    return frame.x !== x || frame.y !== y || frame.width !== width || frame.height !== height;
  }

  chooseSize(size: Size): void {
    this.#size = size;
    this.resetFrame();
  }

  resetFrame(): void {
    this.#frame = largestFrame(this.extent, this.#shape);
  }

  /** @param from the frame as it was when the drag began */
  dragHandle(from: Frame, handle: Handle, dx: number, dy: number): void {
    this.#frame = moveHandle(from, handle, dx, dy, this.extent, this.#shape);
  }

  dragFrame(from: Frame, dx: number, dy: number): void {
    this.#frame = moveFrame(from, dx, dy, this.extent);
  }

  growFrame(factor: number): void {
    this.#frame = scaleFrame(this.#frame, factor, this.extent, this.#shape);
  }

  beginStroke(point: StrokePoint): void {
    this.onPainted(this.painting.begin(this.brush, point));
  }

  strokeTo(point: StrokePoint): void {
    this.#show(this.painting.to(point));
  }

  endStroke(): void {
    this.painting.end();
    this.#changes++;
  }

  abandonStroke(): void {
    this.#show(this.painting.abandon());
  }

  /** Covers a thing, or bares it while {@link erase} is chosen. @param mask how much of each pixel is its, 0..255 */
  lay(mask: Uint8ClampedArray): void {
    this.#show(this.painting.lay(coverOf(mask), this.erase));
    this.#changes++;
  }

  change(how: "undo" | "redo" | "invert" | "clear"): void {
    this.#show(this.painting[how]());
    this.#changes++;
  }

  get #shape(): number {
    return this.#size[0] / this.#size[1];
  }

  #show(rect: Rect | null): void {
    if (rect !== null) this.onPainted(rect);
  }
}

/** @throws EaselError `unsupported_media` where it can't be shown as a picture */
export async function openEdit(
  blob: Blob,
  mask: Blob | null,
  parentId: string | null,
  sizes: readonly Size[],
): Promise<EditSession> {
  const file = await toStartingPicture(blob);
  const picture = await decodePicture(file);
  const { width, height } = picture;
  const values = mask === null ? undefined : await readMask(mask, width, height);
  return new EditSession(file, picture, new MaskPainting(width, height, values), parentId, sizes);
}

function nearestShape({ width, height }: Extent, sizes: readonly Size[]): Size {
  const away = (size: Size) => Math.abs(Math.log(size[0] / size[1]) - Math.log(width / height));
  const [first = [width, height] as Size, ...others] = sizes;
  return others.reduce((best, size) => (away(size) < away(best) ? size : best), first);
}

/** A mask's picture as values: white is drawn anew. */
async function readMask(mask: Blob, width: number, height: number): Promise<Uint8ClampedArray> {
  const bitmap = await decodePicture(mask);
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (context === null) throw new Error("This browser gives no 2D canvas.");
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return Uint8ClampedArray.from({ length: width * height }, (_, at) => data[at * 4]!);
}
