import type { CatalogueEntry } from "../../contracts/catalogue.ts";
import { expectSeconds } from "../../generation/device-speed.ts";
import { judge, type Verdict } from "../../models/verdict.ts";
import { easel } from "../easel.ts";

/** Whether this device can draw with a model of the catalogue; null until the device has been looked at. */
export function verdictOf(entry: CatalogueEntry): Verdict | null {
  const { device, catalogue, shelf } = easel;
  if (device.profile === null) return null;
  const { id, defaults } = entry;
  return judge(
    {
      ...entry,
      installed: shelf.installed.some((manifest) => manifest.id === id),
      onServer: catalogue.find(id)?.onServer === true,
      measuredWasmSeconds: expectSeconds(localStorage, "wasm", { ...defaults, model: id }, false),
    },
    device.profile,
  );
}
