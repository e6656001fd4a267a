import type { Provider } from "../../contracts/progress.ts";
import type { Choice } from "../../generation/choose-place.ts";
import type { Place } from "../../generation/drawer.ts";
import { m } from "../../paraglide/messages.js";

const CALLED: Readonly<Record<Place, () => string>> = Object.freeze({
  webgpu: m.place_webgpu,
  wasm: m.place_wasm,
  server: m.place_server,
});

const SERVER_PROVIDERS: Readonly<Record<Provider, () => string>> = Object.freeze({
  webgpu: m.place_server_gpu,
  wasm: m.place_server_wasm,
  cpu: m.place_server_processor,
  cuda: m.place_server_gpu,
});

export function placeName(place: Place): string {
  return CALLED[place]();
}

/** The provider line: what drew a picture, and why that. */
export function placeSentence({ place, why }: Choice, provider: Provider | null): string {
  const called = place === "server" && provider !== null ? SERVER_PROVIDERS[provider] : CALLED[place];
  return m.place_sentence({ place: called(), why });
}
