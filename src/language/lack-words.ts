import type { BackendLack } from "../contracts/diffusion-worker.ts";
import { m } from "../paraglide/messages.js";
import { getLocale, type Locale } from "../paraglide/runtime.js";

const WORDS = {
  "secure-page": m.lacks_secure_page,
  webgpu: m.lacks_webgpu,
  adapter: m.lacks_adapter,
  hardware: m.lacks_hardware,
  simd: m.lacks_simd,
} satisfies Record<BackendLack, unknown>;

/** Why this device can't draw in some way, as a sentence; null: it can. */
export function lackWords(lacks: BackendLack | null, locale: Locale = getLocale()): string | null {
  return lacks === null ? null : WORDS[lacks]({}, { locale });
}
