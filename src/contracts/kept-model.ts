import type { Manifest } from "./model.ts";
import type { SeeingManifest } from "./seeing-manifest.ts";

/** What a store keeps: a model that draws, or one that sees. */
export type KeptModel = Manifest | SeeingManifest;

export const sees = (model: KeptModel): model is SeeingManifest => "task" in model;
export const draws = (model: KeptModel): model is Manifest => !sees(model);
