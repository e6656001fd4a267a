import type { Point } from "../zoom/view.ts";
import type { EditSession } from "./edit-session.svelte.ts";

/** The brush as it is seen over the picture, and led by keys. */
export class StageBrush {
  readonly #session: EditSession;
  /** Where its ring is shown, in the picture's pixels; null: nowhere. */
  ring = $state.raw<Point | null>(null);
  #byKeys = $state(false);
  #isDown = $state(false);

  constructor(session: EditSession) {
    this.#session = session;
  }

  /** Whether keys led it last. */
  get byKeys(): boolean {
    return this.#byKeys;
  }

  /** Whether keys have put it down: it paints where they lead it. */
  get isDown(): boolean {
    return this.#isDown;
  }

  /** A pointer takes over. */
  takeFromKeys(): void {
    this.#byKeys = false;
  }

  /** Leads it by a quarter of its size, or by `little`, a pixel. */
  move(dx: number, dy: number, little: boolean): void {
    const { brushSize, extent } = this.#session;
    const step = little ? 1 : Math.max(1, brushSize / 4);
    const { x, y } = this.#place();
    this.ring = { x: clamp(x + dx * step, extent.width), y: clamp(y + dy * step, extent.height) };
    this.#byKeys = true;
    if (this.#isDown) this.#session.strokeTo({ ...this.ring, pressure: 1 });
  }

  /** Puts it down by a key, or lifts it. */
  press(): void {
    this.ring = this.#place();
    this.#byKeys = true;
    this.#isDown = !this.#isDown;
    if (this.#isDown) this.#session.beginStroke({ ...this.ring, pressure: 1 });
    else this.#session.endStroke();
  }

  /** The keys are gone. */
  lift(): void {
    if (this.#isDown) this.#session.endStroke();
    this.#isDown = false;
    this.#byKeys = false;
  }

  #place(): Point {
    const { width, height } = this.#session.extent;
    return this.ring ?? { x: width / 2, y: height / 2 };
  }
}

const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
