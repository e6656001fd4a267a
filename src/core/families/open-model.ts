import type { Manifest } from "../../contracts/model.ts";
import type { ModelFiles } from "../model-files.ts";
import type { FamilyModel, OpenFamily } from "./family.ts";
import { openSd } from "./sd.ts";
import { openSdxl } from "./sdxl.ts";

/** One adapter a family of the contract. */
const FAMILIES: Readonly<Record<Manifest["family"], OpenFamily>> = { sd: openSd, sdxl: openSdxl };

const opened = new WeakMap<ModelFiles, Promise<FamilyModel>>();

/** The model's adapter; read once for each `ModelFiles`, so that a second picture does not parse the tokenizer again. */
export function openModel(model: ModelFiles): Promise<FamilyModel> {
  const known = opened.get(model);
  if (known !== undefined) return known;
  const opening = FAMILIES[model.manifest.family](model);
  opened.set(model, opening);
  // A file that could not be read now may be there the next time.
  opening.catch(() => opened.delete(model));
  return opening;
}
