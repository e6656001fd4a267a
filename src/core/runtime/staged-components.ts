import type { Progress } from "../../contracts/progress.ts";
import { throwIfInterrupted } from "../abort.ts";
import type { ModelFiles } from "../model-files.ts";
import { componentFiles } from "./component-files.ts";
import { requireGraph } from "./graph-shape.ts";
import type { GraphShape } from "./graph-shape.ts";
import type { InferenceSession } from "./inference-runtime.ts";
import type { ModelSessions } from "./model-sessions.ts";

/**
 * A model's components for one picture: either all loaded before the first stage, or each loaded by the stage that
 * needs it and released after it, so that no two stages' weights are in memory at once.
 */
export class StagedComponents {
  readonly #model: ModelFiles;
  readonly #graphs: Readonly<Record<string, GraphShape>>;
  readonly #sessions: ModelSessions;
  readonly #inTurn: boolean;
  readonly #signal: AbortSignal;
  readonly #onProgress: (event: Extract<Progress, { type: "loading" }>) => void;
  readonly #seconds = { load: 0, denoise: 0, decode: 0 };

  /** @param graphs what the family expects of its components' graphs */
  constructor(
    model: ModelFiles,
    graphs: Readonly<Record<string, GraphShape>>,
    sessions: ModelSessions,
    inTurn: boolean,
    signal: AbortSignal,
    onProgress: (event: Extract<Progress, { type: "loading" }>) => void,
  ) {
    this.#model = model;
    this.#graphs = graphs;
    this.#sessions = sessions;
    this.#inTurn = inTurn;
    this.#signal = signal;
    this.#onProgress = onProgress;
  }

  /** What loading and the two kinds of work have taken so far, in seconds. */
  get seconds(): Readonly<Record<"load" | "denoise" | "decode", number>> {
    return this.#seconds;
  }

  /** Loads all of them, in order, unless they are to be loaded in turn. */
  async preload(names: readonly string[]): Promise<void> {
    if (this.#inTurn) return;
    for (const name of names) await this.#open(name);
  }

  /** Runs one stage; where components are loaded in turn, those that it opened are released after it. */
  async stage<Result>(
    kind: "denoise" | "decode",
    work: (open: (name: string) => Promise<InferenceSession>) => Promise<Result>,
  ): Promise<Result> {
    const opened = new Set<string>();
    const start = performance.now();
    const loadedBefore = this.#seconds.load;
    try {
      return await work((name) => {
        opened.add(name);
        return this.#open(name);
      });
    } finally {
      const loading = this.#seconds.load - loadedBefore;
      this.#seconds[kind] += (performance.now() - start) / 1000 - loading;
      if (this.#inTurn) for (const name of opened) await this.#sessions.releaseComponent(name);
    }
  }

  async #open(name: string): Promise<InferenceSession> {
    throwIfInterrupted(this.#signal);
    const start = performance.now();
    const session = await this.#sessions.load(this.#model, name, (loadedBytes, totalBytes) =>
      this.#onProgress({ type: "loading", component: name, loadedBytes, totalBytes }),
    );
    this.#seconds.load += (performance.now() - start) / 1000;
    const shape = this.#graphs[name];
    if (shape !== undefined) requireGraph(componentFiles(this.#model.manifest, name).graph, session, shape);
    // Any run may be the one of many (a prompt of many texts, a picture of many tiles): a cancelled one is the last.
    return {
      inputs: session.inputs,
      outputs: session.outputs,
      run: async (feeds) => {
        throwIfInterrupted(this.#signal);
        return session.run(feeds);
      },
      release: () => session.release(),
    };
  }
}
