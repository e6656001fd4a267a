import { toCamel } from "../contracts/casing.ts";
import type { CatalogueEntry, CatalogueEntryWire, CatalogueFile } from "../contracts/catalogue.ts";

/**
 * One file of `models/catalogue`, which is ours: the tests check it against its schema. The settings that a supplement
 * brings keep their own names: they are a file's content, not ours.
 */
export function readCatalogueEntry(file: CatalogueFile): CatalogueEntry {
  const wire: CatalogueEntryWire = { renamed: [], supplements: [], ...file };
  const entry: CatalogueEntry = toCamel(wire);
  entry.supplements = wire.supplements.map(({ path, from }) => ({
    path,
    from:
      "json" in from ? { json: from.json } : { repository: from.repository, sourcePath: from.source_path },
  }));
  return entry;
}
