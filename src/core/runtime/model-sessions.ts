import type { ModelFiles } from "../model-files.ts";
import { componentFiles, fileSize } from "./component-files.ts";
import type { InferenceRuntime, InferenceSession, ModelData } from "./inference-runtime.ts";

/**
 * The loaded components of the last model drawn, kept warm between pictures by whoever owns the runtime. One model
 * at a time: another model's first component releases the earlier one's sessions.
 */
export class ModelSessions {
  readonly #runtime: InferenceRuntime;
  readonly #sessions = new Map<string, InferenceSession>();
  #digest: string | undefined;

  constructor(runtime: InferenceRuntime) {
    this.#runtime = runtime;
  }

  /**
   * The session of a component (`text_encoder`, `unet`, ...), loaded at the first call.
   * @param onLoading told before the bytes are read, and not at all where the session is warm.
   */
  async load(
    model: ModelFiles,
    component: string,
    onLoading: (loaded: number, total: number) => void,
  ): Promise<InferenceSession> {
    if (this.#digest !== model.manifest.digest) await this.release();
    this.#digest = model.manifest.digest;
    const warm = this.#sessions.get(component);
    if (warm !== undefined) return warm;

    const files = componentFiles(model.manifest, component);
    const paths = [files.graph, ...files.externalData.map(({ path }) => path)];
    const total = paths.reduce((sum, path) => sum + fileSize(model.manifest, path), 0);

    onLoading(0, total);
    const graph = await this.#graph(model, files.graph);
    let loaded = fileSize(model.manifest, files.graph);
    const externalData = [];
    for (const { path, name } of files.externalData) {
      onLoading(loaded, total);
      externalData.push({ path: name, data: await this.#weights(model, path) });
      loaded += fileSize(model.manifest, path);
    }
    const session = await this.#runtime.createSession(graph, externalData);
    this.#sessions.set(component, session);
    onLoading(total, total);
    return session;
  }

  #graph(model: ModelFiles, path: string): Promise<ModelData> {
    return this.#runtime.takes === "paths" && model.locate !== undefined
      ? model.locate(path)
      : model.read(path);
  }

  #weights(model: ModelFiles, path: string): Promise<ModelData> {
    return this.#runtime.takes === "blobs" && model.blob !== undefined
      ? model.blob(path)
      : this.#graph(model, path);
  }

  /** Releases one component, where memory is too short for all of them at once. */
  async releaseComponent(component: string): Promise<void> {
    const session = this.#sessions.get(component);
    this.#sessions.delete(component);
    await session?.release();
  }

  /** Releases every session; the next picture loads anew. */
  async release(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    this.#digest = undefined;
    for (const session of sessions) await session.release();
  }
}
