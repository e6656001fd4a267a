import type { DeviceProfile } from "../contracts/device.ts";
import type { Manifest } from "../contracts/model.ts";
import { usableMemory } from "./verdict.ts";

/** What the probe tells of a device's memory. */
export type DeviceMemory = Pick<DeviceProfile, "memoryBytes" | "mobile">;

/**
 * Whether a model's components are loaded, run and released one after the other: where all of its weights together
 * are more than a page may use here. Else they are loaded once and kept warm between pictures.
 */
export function loadsInTurn({ files }: Pick<Manifest, "files">, memory: DeviceMemory): boolean {
  const usable = usableMemory(memory);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  return usable !== null && total > usable;
}
