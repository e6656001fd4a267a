import type { DeviceProfile } from "../contracts/device.ts";
import type { Manifest } from "../contracts/model.ts";
import { usableMemory } from "./verdict.ts";

/** What the probe tells of a device's memory. */
export type DeviceMemory = Pick<DeviceProfile, "memoryBytes" | "mobile">;

/** Of what a page may use, no more than this share is taken before a picture is asked for. */
const AHEAD_SHARE = 1 / 8;
/** And no more than this where the memory is not told. */
const SILENT_AHEAD_BYTES = 250e6;

/**
 * Whether a model's components are loaded, run and released one after the other: where all of its weights together
 * are more than a page may use here. Else they are loaded once and kept warm between pictures.
 */
export function loadsInTurn({ files }: Pick<Manifest, "files">, memory: DeviceMemory): boolean {
  const usable = usableMemory(memory);
  return usable !== null && totalOf(files) > usable;
}

/** Whether a model may be loaded before a picture is asked for. */
export function loadsAhead({ files }: Pick<Manifest, "files">, memory: DeviceMemory): boolean {
  const usable = usableMemory(memory);
  return totalOf(files) <= (usable === null ? SILENT_AHEAD_BYTES : usable * AHEAD_SHARE);
}

function totalOf(files: Manifest["files"]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
