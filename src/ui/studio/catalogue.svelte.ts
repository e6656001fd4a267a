import { asFailure, EaselError, type Failure } from "../../contracts/errors.ts";
import { manifestSchema, modelListSchema, type Manifest, type ModelResource } from "../../contracts/model.ts";
import { APP_MODELS } from "../../models/app-models.ts";
import { callApi, readJson } from "../../generation/api.ts";

export interface ModelChoice extends ModelResource {
  onDevice: boolean;
  /** null: the server has not answered. */
  onServer: boolean | null;
}

/** The models to choose from: those of this browser and those of the server's live workers. */
export class Catalogue {
  #local = $state<Manifest[]>([]);
  #remote = $state<ModelResource[] | null>(null);
  #failure = $state<Failure | null>(null);

  readonly models: ModelChoice[] = $derived.by(() => {
    const remote = this.#remote;
    const local = this.#local.map((model) => ({
      ...model,
      onDevice: true,
      onServer: remote === null ? null : remote.some(({ id }) => id === model.id),
    }));
    const others = (remote ?? []).filter(({ id }) => !this.#local.some((model) => model.id === id));
    return [...local, ...others.map((model) => ({ ...model, onDevice: false, onServer: true }))];
  });

  /** Why there is no model at all to choose from. */
  get failure(): Failure | null {
    return this.models.length === 0 ? this.#failure : null;
  }

  get serverAnswers(): boolean {
    return this.#remote !== null;
  }

  find(id: string): ModelChoice | undefined {
    return this.models.find((model) => model.id === id);
  }

  async load(): Promise<void> {
    await Promise.all([this.#loadLocal(), this.askServer()]);
  }

  /** What live workers can draw; a server that does not answer is no error until it is needed. */
  async askServer(): Promise<void> {
    try {
      const { models } = await readJson(await callApi("/api/models"), modelListSchema);
      this.#remote = models;
    } catch {
      this.#remote = null;
    }
  }

  async #loadLocal(): Promise<void> {
    const found: Manifest[] = [];
    for (const id of APP_MODELS) {
      try {
        found.push(await readJson(await callApi(`/models/${id}/manifest.json`), manifestSchema));
      } catch (thrown) {
        this.#failure = asFailure(
          new EaselError("download_failed", `The description of ${id} could not be loaded.`, {
            hint: "Check that the server runs, then reload the page.",
            cause: thrown,
          }),
        );
      }
    }
    this.#local = found;
  }
}
