export interface Toast {
  id: number;
  text: string;
  action: { label: string; run: () => void } | null;
}

interface Options {
  milliseconds?: number;
  action?: { label: string; run: () => void };
  /** When it went without its action having been taken. */
  onGone?: () => void;
}

interface Held {
  toast: Toast;
  timer: ReturnType<typeof setTimeout>;
  milliseconds: number;
  onGone: (() => void) | undefined;
}

/** Short words at the page's edge, read out politely; they wait while the pointer or the focus rests on them. */
export class Toasts {
  #held = $state.raw<Held[]>([]);
  #next = 0;

  get list(): Toast[] {
    return this.#held.map(({ toast }) => toast);
  }

  say(text: string, { milliseconds = 5_000, action, onGone }: Options = {}): void {
    const toast: Toast = { id: this.#next++, text, action: action ?? null };
    const timer = setTimeout(() => this.#end(toast.id), milliseconds);
    this.#held = [...this.#held, { toast, timer, milliseconds, onGone }];
  }

  act(id: number): void {
    const held = this.#take(id);
    held?.toast.action?.run();
  }

  pause(): void {
    for (const { timer } of this.#held) clearTimeout(timer);
  }

  resume(): void {
    for (const held of this.#held) {
      clearTimeout(held.timer);
      held.timer = setTimeout(() => this.#end(held.toast.id), held.milliseconds);
    }
  }

  #end(id: number): void {
    this.#take(id)?.onGone?.();
  }

  #take(id: number): Held | undefined {
    const held = this.#held.find(({ toast }) => toast.id === id);
    if (held !== undefined) clearTimeout(held.timer);
    this.#held = this.#held.filter((other) => other !== held);
    return held;
  }
}
