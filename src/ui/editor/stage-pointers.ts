import { toPicture, type Point } from "../zoom/view.ts";
import type { EditSession } from "./edit-session.svelte.ts";
import type { Frame } from "./frame.ts";
import type { StageBrush } from "./stage-brush.svelte.ts";
import type { StageView } from "./stage-view.svelte.ts";

/** One finger, pen or mouse paints or drags, two fingers zoom. All places of the stage are in its own pixels. */
export class StagePointers {
  readonly #session: EditSession;
  readonly #view: StageView;
  readonly #brush: StageBrush;
  readonly #places = new Map<number, Point>();
  #doing: "paint" | "pan" | "frame" | "pinch" | null = null;
  #dragged: { from: Point; frame: Frame } | null = null;

  constructor(session: EditSession, view: StageView, brush: StageBrush) {
    this.#session = session;
    this.#view = view;
    this.#brush = brush;
  }

  /** @param at where the stage has an event */
  down(event: PointerEvent, at: (event: MouseEvent) => Point): void {
    const place = at(event);
    this.#places.set(event.pointerId, place);
    this.#brush.takeFromKeys();
    const { mode } = this.#session;
    if (this.#places.size > 1) {
      if (this.#doing === "paint") this.#session.abandonStroke();
      this.#doing = "pinch";
      this.#view.holdStill(false);
    } else if (event.button === 1 || event.altKey || mode === "things") this.#doing = "pan";
    else if (mode === "brush") {
      this.#doing = "paint";
      this.#brush.ring = toPicture(this.#view.now, place);
      this.#session.beginStroke(this.#stroke(event, place));
    } else {
      this.#doing = "frame";
      this.#dragged = { from: place, frame: this.#session.frame };
      this.#view.holdStill(true);
    }
  }

  move(event: PointerEvent, at: (event: MouseEvent) => Point): void {
    const now = at(event);
    if (event.pointerType !== "touch") this.#brush.ring = toPicture(this.#view.now, now);
    const before = this.#places.get(event.pointerId);
    if (before === undefined) return;
    if (this.#doing === "pinch") this.#pinch(event.pointerId, now);
    else if (this.#doing === "pan") this.#view.pan(now.x - before.x, now.y - before.y);
    else if (this.#doing === "frame" && this.#dragged !== null) {
      const { from, frame } = this.#dragged;
      const { scale } = this.#view.now;
      this.#session.dragFrame(frame, (now.x - from.x) / scale, (now.y - from.y) / scale);
    } else if (this.#doing === "paint") {
      this.#brush.ring = toPicture(this.#view.now, now);
      // All places where it was since the last frame: a quick stroke stays round.
      const events = "getCoalescedEvents" in event ? event.getCoalescedEvents() : [];
      for (const one of events.length > 0 ? events : [event])
        this.#session.strokeTo(this.#stroke(one, at(one)));
    }
    this.#places.set(event.pointerId, now);
  }

  up(event: PointerEvent): void {
    if (!this.#places.delete(event.pointerId)) return;
    if (this.#doing === "paint") this.#session.endStroke();
    // The last finger of a pinch paints nothing.
    if (this.#places.size === 0) this.#doing = null;
    this.#view.holdStill(false);
    if (event.pointerType === "touch") this.#brush.ring = null;
  }

  leave(): void {
    if (!this.#brush.byKeys && this.#doing === null) this.#brush.ring = null;
  }

  #stroke(event: PointerEvent, place: Point) {
    return {
      ...toPicture(this.#view.now, place),
      pressure: event.pointerType === "pen" ? event.pressure : 1,
    };
  }

  #pinch(pointer: number, now: Point): void {
    const [one, other] = [...this.#places.keys()];
    if (one === undefined || other === undefined || (pointer !== one && pointer !== other)) return;
    const before: [Point, Point] = [this.#places.get(one)!, this.#places.get(other)!];
    this.#view.pinch(before, pointer === one ? [now, before[1]] : [before[0], now]);
  }
}
