import { toCamel } from "../contracts/casing.ts";
import { catalogueEntrySchema, type CatalogueEntry } from "../contracts/catalogue.ts";

/**
 * One file of `models/catalogue`. The settings that a supplement brings keep their own names: they are a file's
 * content, not ours.
 */
export function readCatalogueEntry(file: unknown): CatalogueEntry {
  const wire = catalogueEntrySchema.parse(file);
  const entry: CatalogueEntry = toCamel(wire);
  entry.supplements = wire.supplements.map(({ path, from }) => ({
    path,
    from:
      "json" in from ? { json: from.json } : { repository: from.repository, sourcePath: from.source_path },
  }));
  return entry;
}
