/// <reference types="vite/client" />
import type { CatalogueEntry, CatalogueFile } from "../contracts/catalogue.ts";
import { readCatalogueEntry } from "./catalogue-entry.ts";

/** Every file of `models/catalogue`: adding a model is adding one. */
const FILES = import.meta.glob<CatalogueFile>("../../models/catalogue/*.json", {
  eager: true,
  import: "default",
});

/** The models that can be had with a click, small ones first. A wrong entry fails in the tests. */
export const CATALOGUE: readonly CatalogueEntry[] = Object.values(FILES)
  .map((file) => readCatalogueEntry(file))
  .sort((a, b) => a.needs.aboutBytes - b.needs.aboutBytes);

export function findInCatalogue(id: string): CatalogueEntry | undefined {
  return CATALOGUE.find((entry) => entry.id === id);
}
