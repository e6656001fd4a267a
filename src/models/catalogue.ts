/// <reference types="vite/client" />
import { toCamel } from "../contracts/casing.ts";
import { catalogueEntrySchema, type CatalogueEntry } from "../contracts/catalogue.ts";

/** Every file of `models/catalogue`: adding a model is adding one. */
const FILES = import.meta.glob<unknown>("../../models/catalogue/*.json", { eager: true, import: "default" });

/** The models that can be had with a click, small ones first. A wrong entry fails here, and so in the tests. */
export const CATALOGUE: readonly CatalogueEntry[] = Object.values(FILES)
  .map((file) => readEntry(file))
  .sort((a, b) => a.needs.aboutBytes - b.needs.aboutBytes);

/** The settings that a supplement brings keep their own names: they are a file's content, not ours. */
function readEntry(file: unknown): CatalogueEntry {
  const wire = catalogueEntrySchema.parse(file);
  const entry: CatalogueEntry = toCamel(wire);
  entry.supplements = wire.supplements.map(({ path, from }) => ({
    path,
    from:
      "json" in from ? { json: from.json } : { repository: from.repository, sourcePath: from.source_path },
  }));
  return entry;
}

export function findInCatalogue(id: string): CatalogueEntry | undefined {
  return CATALOGUE.find((entry) => entry.id === id);
}
