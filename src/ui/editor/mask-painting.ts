import { coverageAt, pointsBetween, radiusAt, type Brush, type StrokePoint } from "./brush.ts";
import { intersection, union, type Rect } from "./rect.ts";

/** What a change has overwritten; taking it back overwrites the change, so that it can be made again. */
interface Patch {
  rect: Rect;
  values: Uint8ClampedArray;
}

/** Bytes that undo keeps at most; the oldest changes are forgotten first. */
const MOST_UNDO_BYTES = 64 * 1024 * 1024;

/**
 * A mask being painted, a byte a pixel: 255 is drawn anew, 0 is kept. Within a stroke coverage does not add up: going
 * over a place twice is as going over it once.
 */
export class MaskPainting {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8ClampedArray;
  #stroke: { brush: Brush; last: StrokePoint; before: Uint8ClampedArray; dirty: Rect } | null = null;
  #done: Patch[] = [];
  #undone: Patch[] = [];

  constructor(width: number, height: number, values?: Uint8ClampedArray) {
    if (values !== undefined && values.length !== width * height)
      throw new Error(`A mask of ${width} x ${height} has ${width * height} values, not ${values.length}.`);
    this.width = width;
    this.height = height;
    this.values = values ?? new Uint8ClampedArray(width * height);
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /** Nothing is drawn anew. */
  get empty(): boolean {
    return this.values.every((value) => value === 0);
  }

  /** Begins a stroke. @returns what has changed */
  begin(brush: Brush, point: StrokePoint): Rect {
    this.end();
    const before = this.values.slice();
    this.#stroke = { brush, last: point, before, dirty: { x: 0, y: 0, width: 0, height: 0 } };
    const dirty = this.#dab(this.#stroke, point);
    this.#stroke.dirty = dirty;
    return dirty;
  }

  /** Goes on with the stroke. @returns what has changed by this; null where none was begun */
  to(point: StrokePoint): Rect | null {
    const stroke = this.#stroke;
    if (stroke === null) return null;
    const narrower = Math.min(
      radiusAt(stroke.brush, point.pressure),
      radiusAt(stroke.brush, stroke.last.pressure),
    );
    let dirty: Rect | null = null;
    for (const between of pointsBetween(stroke.last, point, Math.max(0.5, narrower / 5)))
      dirty = union(dirty, this.#dab(stroke, between));
    stroke.last = point;
    if (dirty !== null) stroke.dirty = union(stroke.dirty, dirty);
    return dirty;
  }

  /** Ends the stroke: it is one step of undo. */
  end(): void {
    const stroke = this.#stroke;
    this.#stroke = null;
    if (stroke !== null) this.#keep(stroke.before, stroke.dirty);
  }

  /** Ends the stroke as if it had never been begun: a second finger wants to zoom. @returns what has changed */
  abandon(): Rect | null {
    const stroke = this.#stroke;
    this.#stroke = null;
    if (stroke === null) return null;
    this.values.set(stroke.before);
    return stroke.dirty;
  }

  invert(): Rect {
    return this.#change((value) => 255 - value);
  }

  clear(): Rect {
    return this.#change(() => 0);
  }

  /**
   * Covers, besides what is covered, what a mask of the same size covers; or bares it.
   * @param mask a byte a pixel, as {@link values}
   */
  lay(mask: Uint8ClampedArray, bare: boolean): Rect {
    if (mask.length !== this.values.length)
      throw new Error(`A mask to lay on should have ${this.values.length} values, not ${mask.length}.`);
    return this.#change((value, at) =>
      bare ? Math.min(value, 255 - mask[at]!) : Math.max(value, mask[at]!),
    );
  }

  /** @returns what has changed; null where nothing is left to take back */
  undo(): Rect | null {
    return this.#swap(this.#done, this.#undone);
  }

  redo(): Rect | null {
    return this.#swap(this.#undone, this.#done);
  }

  #dab(
    { brush, before }: { brush: Brush; before: Uint8ClampedArray },
    { x, y, pressure }: StrokePoint,
  ): Rect {
    const radius = radiusAt(brush, pressure);
    const [left, top] = [Math.floor(x - radius - 1), Math.floor(y - radius - 1)];
    const side = Math.ceil(radius * 2 + 3);
    const whole = { x: 0, y: 0, width: this.width, height: this.height };
    const rect = intersection(whole, { x: left, y: top, width: side, height: side });
    if (rect === null) return { x: 0, y: 0, width: 0, height: 0 };
    for (let row = rect.y; row < rect.y + rect.height; row++) {
      for (let column = rect.x; column < rect.x + rect.width; column++) {
        // A pixel's middle is half a pixel from its corner.
        const coverage = coverageAt(Math.hypot(column + 0.5 - x, row + 0.5 - y), radius, brush.softness);
        if (coverage === 0) continue;
        const at = row * this.width + column;
        this.values[at] = brush.erase
          ? Math.min(this.values[at]!, before[at]!, 255 - coverage)
          : Math.max(this.values[at]!, coverage);
      }
    }
    return rect;
  }

  #change(change: (value: number, at: number) => number): Rect {
    this.end();
    const before = this.values.slice();
    for (let at = 0; at < before.length; at++) this.values[at] = change(before[at]!, at);
    const rect = { x: 0, y: 0, width: this.width, height: this.height };
    this.#keep(before, rect);
    return rect;
  }

  #keep(before: Uint8ClampedArray, rect: Rect): void {
    if (rect.width === 0 || rect.height === 0) return;
    this.#done.push({ rect, values: cut(before, this.width, rect) });
    this.#undone = [];
    let bytes = this.#done.reduce((sum, { values }) => sum + values.length, 0);
    while (bytes > MOST_UNDO_BYTES && this.#done.length > 1) bytes -= this.#done.shift()!.values.length;
  }

  #swap(from: Patch[], to: Patch[]): Rect | null {
    this.end();
    const patch = from.pop();
    if (patch === undefined) return null;
    const { rect } = patch;
    to.push({ rect, values: cut(this.values, this.width, rect) });
    for (let row = 0; row < rect.height; row++) {
      const line = patch.values.subarray(row * rect.width, (row + 1) * rect.width);
      this.values.set(line, (rect.y + row) * this.width + rect.x);
    }
    return rect;
  }
}

function cut(values: Uint8ClampedArray, width: number, rect: Rect): Uint8ClampedArray {
  const part = new Uint8ClampedArray(rect.width * rect.height);
  for (let row = 0; row < rect.height; row++) {
    const start = (rect.y + row) * width + rect.x;
    part.set(values.subarray(start, start + rect.width), row * rect.width);
  }
  return part;
}
