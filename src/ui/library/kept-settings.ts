import type { HubSettings } from "../../contracts/library-worker.ts";
import { HUB_ADDRESS, isHubAddress } from "../../models/hub-address.ts";
import { keep, readKept } from "../../kept/kept.ts";
import { number, object, orNull, record, shape, text } from "../../kept/shapes.ts";

const HUB_KEY = "easel-hub";
const LICENCES_KEY = "easel-licences";
const USES_KEY = "easel-model-uses";

const address = shape((value): value is string => typeof value === "string" && isHubAddress(value));
const hubShape = object({ address, token: orNull(text) });
const timesShape = record(number);

/** The hub that its user has set, or the usual one. */
export function loadHub(storage: Pick<Storage, "getItem">): HubSettings {
  return readKept(storage, HUB_KEY, hubShape) ?? { address: HUB_ADDRESS, token: null };
}

export function saveHub(storage: Pick<Storage, "setItem">, hub: HubSettings): void {
  keep(storage, HUB_KEY, hub);
}

/** When a model's terms were accepted in this browser; milliseconds since 1970. */
export function acceptedAt(storage: Pick<Storage, "getItem">, model: string, licence: string): number | null {
  return readKept(storage, LICENCES_KEY, timesShape)?.[`${model} ${licence}`] ?? null;
}

export function accept(storage: Pick<Storage, "getItem" | "setItem">, model: string, licence: string): void {
  const all = readKept(storage, LICENCES_KEY, timesShape) ?? {};
  keep(storage, LICENCES_KEY, { ...all, [`${model} ${licence}`]: Date.now() });
}

/** When each model last drew here; milliseconds since 1970. */
export function loadUses(storage: Pick<Storage, "getItem">): Record<string, number> {
  return readKept(storage, USES_KEY, timesShape) ?? {};
}

export function noteUse(storage: Pick<Storage, "getItem" | "setItem">, model: string): void {
  keep(storage, USES_KEY, { ...loadUses(storage), [model]: Date.now() });
}
