import type { Provider } from "../../contracts/progress.ts";
import type { Choice } from "../../generation/choose-place.ts";
import type { Place } from "../../generation/drawer.ts";

const CALLED: Readonly<Record<Place, string>> = Object.freeze({
  webgpu: "WebGPU on this device",
  wasm: "WASM on this device",
  server: "Server",
});

const SERVER_PROVIDERS: Readonly<Record<Provider, string>> = Object.freeze({
  webgpu: "its GPU",
  wasm: "WASM",
  cpu: "its processor",
  cuda: "its GPU",
});

export function placeName(place: Place): string {
  return CALLED[place];
}

/** The provider line: what drew a picture, and why that. */
export function placeSentence(choice: Choice, provider: Provider | null): string {
  const on = choice.place === "server" && provider !== null ? ` (${SERVER_PROVIDERS[provider]})` : "";
  return `${CALLED[choice.place]}${on}. ${choice.why}`;
}
