import type { InputBlobs } from "../contracts/diffusion-worker.ts";
import type { GenerationRequest } from "../contracts/request.ts";
import type { HistoryDatabase, Job } from "./database.ts";
import { orQuota } from "./quota.ts";
import { storable } from "./stored-blob.ts";

type NamedInputs = Pick<GenerationRequest, "initImage" | "maskImage">;

/** The name of an input picture in the history; not by crypto.subtle, which a page without https does not have. */
export async function hashOf(blob: Blob): Promise<string> {
  const { sha256 } = await import("hash-wasm");
  return await sha256(new Uint8Array(await blob.arrayBuffer()));
}

/** As the database takes them; ask before the transaction. */
export async function storableInputs(
  database: HistoryDatabase,
  { initImage, maskImage }: InputBlobs,
): Promise<InputBlobs> {
  return {
    ...(initImage && { initImage: await storable(database, initImage) }),
    ...(maskImage && { maskImage: await storable(database, maskImage) }),
  };
}

/** Keeps what a request names, made {@link storableInputs}; call it in the transaction that writes the job. */
export async function putInputs(
  { inputs }: HistoryDatabase,
  { initImage, maskImage }: NamedInputs,
  blobs: InputBlobs,
): Promise<void> {
  const add = async (hash: string | undefined, blob: Blob | undefined) => {
    if (hash === undefined || blob === undefined || (await inputs.get(hash)) !== undefined) return;
    await inputs.add({ hash, blob, held: false });
  };
  await add(initImage, blobs.initImage);
  await add(maskImage, blobs.maskImage);
}

/** Frees what only these jobs named; call it in the transaction that removed them. */
export async function freeInputs(database: HistoryDatabase, removed: readonly Job[]): Promise<void> {
  await free(
    database,
    removed.flatMap(({ request }) => [request.initImage, request.maskImage]),
  );
}

async function free(
  { jobs, inputs }: HistoryDatabase,
  hashes: readonly (string | undefined)[],
): Promise<void> {
  for (const hash of new Set(hashes)) {
    if (hash === undefined || (await inputs.get(hash))?.held !== false) continue;
    const users = jobs.where("request.initImage").equals(hash).or("request.maskImage").equals(hash);
    if ((await users.count()) === 0) await inputs.delete(hash);
  }
}

/**
 * The pictures that jobs start from and their masks, each kept once, by its hash. One goes with the last job that
 * names it, unless the page holds it for the next.
 */
export class InputPictures {
  readonly #opened: Promise<HistoryDatabase>;

  constructor(opened: Promise<HistoryDatabase>) {
    this.#opened = opened;
  }

  async get(hash: string): Promise<Blob | undefined> {
    const { inputs } = await this.#opened;
    return (await inputs.get(hash))?.blob;
  }

  /** The pictures that a request names, as far as they are here. */
  async of({ initImage, maskImage }: NamedInputs): Promise<InputBlobs> {
    const init = initImage === undefined ? undefined : await this.get(initImage);
    const mask = maskImage === undefined ? undefined : await this.get(maskImage);
    return { ...(init && { initImage: init }), ...(mask && { maskImage: mask }) };
  }

  /** Keeps a picture for the next job. @returns its hash. @throws EaselError `quota_exceeded` */
  async hold(blob: Blob): Promise<string> {
    const database = await this.#opened;
    const hash = await hashOf(blob);
    // A copy: a file that was chosen may be moved or deleted by its user.
    const copy = new Blob([await blob.arrayBuffer()], { type: blob.type });
    const kept = await storable(database, copy);
    await orQuota(database.inputs.put({ hash, blob: kept, held: true }));
    return hash;
  }

  /** The page does not need it any more: it goes, unless a job names it. */
  async letGo(hash: string): Promise<void> {
    const database = await this.#opened;
    const { jobs, inputs } = database;
    await database.transaction("rw", jobs, inputs, async () => {
      await inputs.update(hash, { held: false });
      await free(database, [hash]);
    });
  }
}
