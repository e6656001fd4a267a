import { proxy, wrap, type Remote } from "comlink";
import { inject } from "vitest";
import type {} from "../../../e2e/hub/provided.ts";
import type { Answered, Fault } from "../../../e2e/hub/faults.ts";
import type { Outcome } from "../../contracts/diffusion-worker.ts";
import type { LibraryEvent, LibraryWorkerApi, Whereabouts } from "../../contracts/library-worker.ts";
import type { WantedFile, WantedModel } from "../../contracts/wanted-model.ts";
import { sha256Hex } from "../manifest.ts";
import type { HurriedTerms } from "./hurried-terms.ts";

/** Milliseconds: a connection on which nothing comes is kept until a test ends it, however slow the machine is. */
const NEVER = 3_600_000;

interface TabOptions extends Partial<HurriedTerms> {
  /** Of the hub's account. */
  token?: string | null;
}

/** A tab's library worker as a test has it: it can be killed at any moment. */
export class LibraryTab {
  readonly events: LibraryEvent[] = [];
  readonly #worker: Worker;
  readonly #listeners = new Set<() => void>();
  readonly api: Remote<LibraryWorkerApi>;

  private constructor(terms: HurriedTerms) {
    this.#worker = new Worker(new URL("./hurried-library.ts", import.meta.url), { type: "module" });
    this.#worker.postMessage(terms);
    this.api = wrap<LibraryWorkerApi>(this.#worker);
  }

  static async open({ token = null, counts = byteCounts(), silence = NEVER }: TabOptions = {}) {
    const tab = new LibraryTab({ counts, silence });
    await tab.api.start(
      { address: inject("hub"), token },
      proxy((event: LibraryEvent) => {
        tab.events.push(event);
        // Whoever listens from now on waits for the next one.
        const heard = [...tab.#listeners];
        tab.#listeners.clear();
        for (const hear of heard) hear();
      }),
    );
    return tab;
  }

  /** As a closed or crashed tab ends: at once. */
  kill(): void {
    this.#worker.terminate();
  }

  async whereabouts(id: string): Promise<Whereabouts> {
    const answer: Promise<Outcome<Whereabouts>> = this.api.whereabouts(id);
    const outcome = await answer;
    if (!outcome.ok) throw new Error(outcome.failure.message);
    return outcome.value;
  }

  #nextEvent(): Promise<void> {
    return new Promise((resolve) => this.#listeners.add(resolve));
  }

  /** Until the model is installed, paused, failed or gone; looked at after every word of the downloader. */
  async settled(id: string): Promise<Whereabouts> {
    for (;;) {
      const heard = this.#nextEvent();
      const where = await this.whereabouts(id);
      if (where.place !== "wanted" || where.wanted.state !== "running") return where;
      await heard;
    }
  }

  /** Until so many bytes of a download are said to be here. */
  async reached(id: string, bytes: number): Promise<void> {
    const there = () => {
      const event = this.events.findLast((one) => one.type === "downloads");
      const status = event?.downloads.find((one) => one.id === id);
      return status !== undefined && status.loadedBytes >= bytes;
    };
    while (!there()) await this.#nextEvent();
  }
}

/** By seed; more seeds than any test uses. */
export function byteCounts(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(64 * 4));
}

export async function control<Answer>(what: string, body: object = {}): Promise<Answer> {
  // A body without a type needs no preflight.
  const response = await fetch(`${inject("hub")}/control/${what}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  return (await response.json()) as Answer;
}

export function resetHub(pace = 0): Promise<unknown> {
  return control("reset", { pace });
}

export function failNext(file: Pick<WantedFile, "url">, ...faults: Fault[]): Promise<unknown> {
  return control("faults", { path: new URL(file.url).pathname, faults });
}

/** Has the connections that a fault holds cut. */
export function cutHeld(): Promise<unknown> {
  return control("cut");
}

/** What the hub has answered since its last reset, of files alone. */
export async function answered(): Promise<Answered[]> {
  return (await control<{ log: Answered[] }>("log")).log;
}

export interface Generated {
  seed: number;
  size: number;
  /** Whether the hash is known before the first byte. */
  published: boolean;
}

/** A model made of generated files; it draws nothing, but the store does not mind. */
export async function generatedModel(id: string, files: readonly Generated[]): Promise<WantedModel> {
  return {
    model: {
      id,
      name: id,
      revision: "1",
      family: "sd",
      description: "",
      licence: { id: "none" },
      defaults: { numSteps: 1, guidanceScale: 1, scheduler: "ddim", width: 64, height: 64 },
      sizes: [[64, 64]],
    },
    files: await Promise.all(
      files.map(async ({ seed, size, published }, i) => ({
        path: `file-${i}.bin`,
        url: `${inject("hub")}/generated/${seed}/${size}`,
        size,
        sha256: published ? await control<string>(`sha256/${seed}/${size}`) : null,
        gitOid: null,
        kept: null,
      })),
    ),
    state: "running",
    error: null,
  };
}

async function storeFolder(name: string): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  const models = await root.getDirectoryHandle("models", { create: true });
  return models.getDirectoryHandle(name, { create: true });
}

export async function emptyStore(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  // A worker just killed may hold a file for a moment yet.
  for (let tries = 0; ; tries++) {
    try {
      await root.removeEntry("models", { recursive: true });
      return;
    } catch (thrown) {
      if (thrown instanceof DOMException && thrown.name === "NotFoundError") return;
      if (tries === 100) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The names of the files that count, after a look that each is what its name says. */
export async function verifiedFiles(): Promise<string[]> {
  const names: string[] = [];
  for await (const [name, handle] of (await storeFolder("files")).entries()) {
    const file = await (handle as FileSystemFileHandle).getFile();
    const sha256 = await sha256Hex(new Uint8Array(await file.arrayBuffer()));
    if (sha256 !== name) throw new Error(`The store counts ${name}, whose bytes are ${sha256}.`);
    names.push(name);
  }
  return names.sort();
}

/** How many names there are among the parts: two for each file on its way. */
export async function partNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const name of (await storeFolder("parts")).keys()) names.push(name);
  return names.sort();
}
