import { z } from "zod";
import type { HubSettings } from "../../contracts/library-worker.ts";
import { HUB_ADDRESS } from "../../models/hub.ts";

const HUB_KEY = "easel-hub";
const LICENCES_KEY = "easel-licences";
const USES_KEY = "easel-model-uses";

const hubSchema = z.object({ address: z.url({ protocol: /^https?$/ }), token: z.string().nullable() });
const timesSchema = z.record(z.string(), z.number());

/** The hub that its user has set, or the usual one. */
export function loadHub(storage: Pick<Storage, "getItem">): HubSettings {
  return read(storage, HUB_KEY, hubSchema) ?? { address: HUB_ADDRESS, token: null };
}

export function saveHub(storage: Pick<Storage, "setItem">, hub: HubSettings): void {
  write(storage, HUB_KEY, hub);
}

/** When a model's terms were accepted in this browser; milliseconds since 1970. */
export function acceptedAt(storage: Pick<Storage, "getItem">, model: string, licence: string): number | null {
  return read(storage, LICENCES_KEY, timesSchema)?.[`${model} ${licence}`] ?? null;
}

export function accept(storage: Pick<Storage, "getItem" | "setItem">, model: string, licence: string): void {
  const all = read(storage, LICENCES_KEY, timesSchema) ?? {};
  write(storage, LICENCES_KEY, { ...all, [`${model} ${licence}`]: Date.now() });
}

/** When each model last drew here; milliseconds since 1970. */
export function loadUses(storage: Pick<Storage, "getItem">): Record<string, number> {
  return read(storage, USES_KEY, timesSchema) ?? {};
}

export function noteUse(storage: Pick<Storage, "getItem" | "setItem">, model: string): void {
  write(storage, USES_KEY, { ...loadUses(storage), [model]: Date.now() });
}

function read<Schema extends z.ZodType>(
  storage: Pick<Storage, "getItem">,
  key: string,
  schema: Schema,
): z.infer<Schema> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(storage.getItem(key) ?? "null"));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function write(storage: Pick<Storage, "setItem">, key: string, value: unknown): void {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    // A full disk: it is asked again the next time.
  }
}
