import { clampView, fitView, panned, pinched, zoomAround, type Point, type View } from "../zoom/view.ts";
import type { EditSession } from "./edit-session.svelte.ts";
import { union } from "./rect.ts";

/** What the stage shows of the picture and its frame, and how large. */
export class StageView {
  readonly #session: EditSession;
  /** The stage's size on the page, in CSS pixels. */
  width = $state(0);
  height = $state(0);
  /** null: the whole is shown. */
  #chosen = $state.raw<View | null>(null);
  /** While a frame is dragged the view holds still, whatever the frame grows to. */
  #frozen = $state.raw<View | null>(null);

  readonly #box = $derived({ width: Math.max(1, this.width), height: Math.max(1, this.height) });
  /** The picture and its frame, with room around to drag the frame's edges into. */
  readonly #area = $derived.by(() => {
    const { frame, extent, mode } = this.#session;
    const whole = union(frame, { x: 0, y: 0, ...extent });
    const room = (mode === "frame" ? 0.12 : 0.02) * Math.max(whole.width, whole.height);
    return {
      x: whole.x - room,
      y: whole.y - room,
      width: whole.width + 2 * room,
      height: whole.height + 2 * room,
    };
  });
  readonly #fit = $derived(fitView(this.#box, this.#area));
  readonly now = $derived(
    this.#frozen ?? (this.#chosen === null ? this.#fit : clampView(this.#chosen, this.#box, this.#area)),
  );

  constructor(session: EditSession) {
    this.#session = session;
  }

  get isZoomed(): boolean {
    return this.#chosen !== null;
  }

  /** @param around in the stage's pixels; its middle where none is given */
  zoom(factor: number, around: Point = { x: this.#box.width / 2, y: this.#box.height / 2 }): void {
    const next = zoomAround(this.now, factor, around, this.#fit.scale);
    this.#chosen = next.scale <= this.#fit.scale ? null : next;
  }

  showWhole(): void {
    this.#chosen = null;
  }

  pan(dx: number, dy: number): void {
    this.#chosen = panned(this.now, dx, dy);
  }

  /** Two fingers have moved, in the stage's pixels. */
  pinch(before: [Point, Point], after: [Point, Point]): void {
    this.#chosen = pinched(this.now, before, after, this.#fit.scale);
  }

  holdStill(still: boolean): void {
    this.#frozen = still ? this.now : null;
  }
}
