import type { Manifest } from "../contracts/model.ts";
import { MODEL_FAMILIES } from "../contracts/model-kinds.ts";

/** Whether this version draws with a family. */
export function drawsFamily(family: string): family is Manifest["family"] {
  return MODEL_FAMILIES.some((name) => name === family);
}
