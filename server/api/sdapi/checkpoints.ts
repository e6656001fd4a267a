import { eq } from "drizzle-orm";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { Manifest } from "../../../src/contracts/model.ts";
import { owners } from "../../db/schema.ts";
import type { Services } from "../../jobs/services.ts";
import { DEFAULT_MODEL } from "../generated-images/create.ts";

/** As many digits of a model's hash as that interface shows. */
const SHORT_HASH = 10;

function shortHash({ digest }: Manifest): string {
  return digest.slice(0, SHORT_HASH);
}

export function titleOf(model: Manifest): string {
  return `${model.id} [${shortHash(model)}]`;
}

export function checkpointList({ models }: Services) {
  return models.all().map((model) => ({
    title: titleOf(model),
    model_name: model.id,
    hash: shortHash(model),
    sha256: model.digest,
    filename: model.id,
    config: null,
  }));
}

/** A model by any of the names that clients have for it. @throws EaselError unknown_model */
export function findCheckpoint({ models }: Services, name: string): Manifest {
  const found = models
    .all()
    .find((model) => [model.id, model.name, titleOf(model), shortHash(model), model.digest].includes(name));
  if (found !== undefined) return found;
  throw new EaselError("unknown_model", `There is no checkpoint ${name} here.`, {
    path: "sd_model_checkpoint",
    hint: "GET /sdapi/v1/sd-models lists those that there are.",
  });
}

/** The model that this owner chose by POST /sdapi/v1/options, or the server's own. */
export async function chosenCheckpoint(services: Services, ownerId: string): Promise<Manifest> {
  const [owner] = await services.connection.database
    .select({ model: owners.sdapiModel })
    .from(owners)
    .where(eq(owners.id, ownerId));
  const chosen = services.models.find(owner?.model ?? DEFAULT_MODEL) ?? services.models.find(DEFAULT_MODEL);
  const [any] = services.models.all();
  const model = chosen ?? any;
  if (model === undefined) throw new EaselError("unknown_model", "This server has no model yet.");
  return model;
}

export async function chooseCheckpoint(services: Services, ownerId: string, name: string): Promise<void> {
  const { id } = findCheckpoint(services, name);
  await services.connection.database.update(owners).set({ sdapiModel: id }).where(eq(owners.id, ownerId));
}
