import { asFailure, EaselError, type ErrorCode, type Failure } from "../contracts/errors.ts";
import type { GenerationRequest } from "../contracts/request.ts";
import { m } from "../paraglide/messages.js";
import type { Choice } from "./choose-place.ts";
import type { Drawer, Drawn, DrawOptions, Place } from "./drawer.ts";

/** The device failed, not the request: another backend may do it (R28). */
const DEVICE_FAILED: ReadonlySet<ErrorCode> = new Set([
  "device_lost",
  "out_of_memory",
  "invalid_output",
  "no_backend",
  "timed_out",
  "worker_lost",
  "internal",
]);

/** The model can't be had on this device: every backend here would fail alike, the server would not. */
const MODEL_FAILED: ReadonlySet<ErrorCode> = new Set([
  "model_not_installed",
  "model_corrupt",
  "download_failed",
  "quota_exceeded",
]);

/** The server can't take it now. */
const SERVER_FAILED: ReadonlySet<ErrorCode> = new Set([
  ...DEVICE_FAILED,
  "queue_full",
  "rate_limited",
  "storage_unavailable",
]);

const CALLED: Readonly<Record<Place, () => string>> = Object.freeze({
  webgpu: m.place_short_webgpu,
  wasm: m.place_short_wasm,
  server: m.place_short_server,
});

export interface DrawnSomewhere extends Drawn {
  choice: Choice;
}

export interface DrawPictureOptions extends DrawOptions {
  /** Before each try: where, and why there. */
  onPlace: (choice: Choice) => void;
  /** A sentence for the user: what failed, and what is tried instead. */
  onNotice: (notice: string) => void;
  /** A failure as a sentence in the page's language; its own message where nothing is given. */
  failureWords?: (failure: Failure) => string;
}

/**
 * Draws one picture in the first of the places that can.
 * @throws EaselError of the last place tried.
 */
export async function drawPicture(
  request: GenerationRequest,
  choices: readonly Choice[],
  drawerFor: (place: Place) => Drawer,
  options: DrawPictureOptions,
): Promise<DrawnSomewhere> {
  let remaining = [...choices];
  for (;;) {
    const choice = remaining.shift();
    if (choice === undefined) throw new EaselError("no_backend", "There is no place to draw this picture.");
    options.onPlace(choice);
    try {
      const drawn = await drawerFor(choice.place).draw(request, choice.place, options);
      for (const notice of drawn.result.notices ?? []) options.onNotice(notice);
      return { ...drawn, choice };
    } catch (thrown) {
      if (options.signal.aborted) throw thrown;
      const failure = asFailure(thrown);
      remaining = stillWorthTrying(remaining, choice.place, failure.code);
      const next = remaining[0];
      if (next === undefined) throw thrown;
      const words = {
        failed: capitalised(CALLED[choice.place]()),
        failure: options.failureWords?.(failure) ?? failure.message,
      };
      options.onNotice(m.drawing_fallback({ ...words, next: CALLED[next.place]() }));
      remaining[0] = { place: next.place, why: m.drawing_failed_there(words) };
    }
  }
}

function stillWorthTrying(remaining: Choice[], failed: Place, code: ErrorCode): Choice[] {
  if (failed === "server") return SERVER_FAILED.has(code) ? remaining : [];
  if (MODEL_FAILED.has(code)) return remaining.filter((choice) => choice.place === "server");
  return DEVICE_FAILED.has(code) ? remaining : [];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
