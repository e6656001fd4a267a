import { asFailure, EaselError, type Failure } from "../../contracts/errors.ts";
import type { Manifest, ModelResource } from "../../contracts/model.ts";
import { draws } from "../../contracts/kept-model.ts";
import type { CatalogueEntry } from "../../contracts/catalogue.ts";
import { APP_MODELS } from "../../models/app-models.ts";
import { CATALOGUE } from "../../models/catalogue.ts";
import { drawsFamily } from "../../models/families.ts";
import type { Shelf } from "../library/shelf.svelte.ts";
import { callApi, readJson } from "../../generation/api.ts";
import { HAS_SERVER } from "../../generation/has-server.ts";

/** `files` and `graphs` of one in this browser alone. */
export interface ModelChoice extends ModelResource, Partial<Pick<Manifest, "files" | "graphs">> {
  /** Here, or fetched without being asked for. */
  onDevice: boolean;
  /** It can be had from the library first. */
  offered: boolean;
  /** null: the server has not answered. */
  onServer: boolean | null;
}

/** What checks the answers is no part of the page's first JavaScript: it comes while they are awaited. */
const loadSchemas = () => import("../../contracts/model.ts");

/** So long a picture waits for the server's word on whether it draws the model too. */
const PATIENCE_MILLISECONDS = 1_000;

/** The models to choose from: of this browser, of the server's live workers, and those that can be had. */
export class Catalogue {
  readonly #shelf: Pick<Shelf, "installed" | "damaged">;
  #local = $state<Manifest[]>([]);
  #remote = $state<ModelResource[] | null>(null);
  #privateLinks = $state(true);
  #failure = $state<Failure | null>(null);
  /** What is asked on start, each settled once it has answered or failed. */
  #asked: readonly Promise<unknown>[] = [];
  #serversWord: Promise<unknown> = Promise.resolve();

  readonly models: ModelChoice[] = $derived.by(() => {
    const remote = this.#remote;
    const onServer = (id: string) => (remote === null ? null : remote.some((model) => model.id === id));
    const chosen: ModelChoice[] = [];
    const put = (model: ModelResource, onDevice: boolean, offered = false) => {
      if (chosen.some(({ id }) => id === model.id)) return;
      chosen.push({ ...model, onDevice, offered, onServer: onServer(model.id) });
    };
    for (const model of this.#local) put(model, true);
    for (const model of this.#shelf.installed) put(model, true);
    for (const { manifest } of this.#shelf.damaged) if (draws(manifest)) put(manifest, false, true);
    for (const model of remote ?? []) put(model, false);
    for (const entry of CATALOGUE)
      if (drawsFamily(entry.family)) put(offer(entry, entry.family), false, true);
    return chosen;
  });

  constructor(shelf: Pick<Shelf, "installed" | "damaged">) {
    this.#shelf = shelf;
  }

  /** Why there is no model at all to choose from. */
  get failure(): Failure | null {
    return this.models.every(({ offered }) => offered) ? this.#failure : null;
  }

  get serverAnswers(): boolean {
    return this.#remote !== null;
  }

  /** Whether the server makes links whose pictures are encrypted here, as far as it has said. */
  get privateLinks(): boolean {
    return this.#privateLinks;
  }

  find(id: string): ModelChoice | undefined {
    return this.models.find((model) => model.id === id);
  }

  /** @param shelfOpened when the models of this browser are known */
  async load(shelfOpened: Promise<unknown>): Promise<void> {
    const server = this.askServer();
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MILLISECONDS));
    this.#serversWord = Promise.race([server, patience]);
    this.#asked = [shelfOpened.catch(() => undefined), this.#loadLocal(), server];
    await Promise.all(this.#asked);
  }

  /** Resolves once it is known whether a model can be drawn: where it is here, nothing else is waited for. */
  settled(id: string): Promise<void> {
    let silent = this.#asked.length;
    if (silent === 0) return Promise.resolve();
    return new Promise((resolve) => {
      for (const asked of this.#asked) {
        void asked.then(() => {
          silent--;
          if (silent === 0 || this.find(id)?.onDevice === true) resolve();
        });
      }
    });
  }

  /** Resolves with the server's first answer, or after a second without one. */
  async hearServer(): Promise<void> {
    await this.#serversWord;
  }

  /** What live workers can draw; a server that does not answer is no error until it is needed. */
  async askServer(): Promise<void> {
    if (!HAS_SERVER) {
      this.#remote = [];
      return;
    }
    try {
      const [answer, { modelListSchema }] = await Promise.all([callApi("/api/models"), loadSchemas()]);
      const { models, privateLinks } = await readJson(answer, modelListSchema);
      this.#remote = models;
      this.#privateLinks = privateLinks;
    } catch {
      this.#remote = null;
    }
  }

  async #loadLocal(): Promise<void> {
    const found: Manifest[] = [];
    for (const id of APP_MODELS) {
      try {
        const asked = callApi(`/models/${id}/manifest.json`);
        const [answer, { manifestSchema }] = await Promise.all([asked, loadSchemas()]);
        found.push(await readJson(answer, manifestSchema));
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

/** Its revision and digest are those that the hub has when it is fetched: nothing is drawn with it before. */
function offer(entry: CatalogueEntry, family: Manifest["family"]): ModelResource {
  const { id, name, description, licence, defaults, sizes, sizeRule } = entry;
  return { id, name, description, licence, defaults, sizes, sizeRule, family, revision: "", digest: "" };
}
