import { createHash, randomUUID } from "node:crypto";
import sharp from "sharp";
import type { Claim } from "../../src/contracts/worker.ts";
import { putResult, WorkerApi } from "../gpu-worker/worker-api.ts";
import { WORKER_TOKEN, type TestServer } from "./test-server.ts";

/** A PNG of one colour, with a text chunk as a drawn picture has one. */
export async function smallPng(colour = "#c03020", side = 64): Promise<Uint8Array> {
  const plain = { create: { width: side, height: side, channels: 3 as const, background: colour } };
  const png = await sharp(plain)
    .png()
    .withExif({ IFD0: { ImageDescription: "a secret prompt" } })
    .toBuffer();
  return new Uint8Array(png);
}

/** A worker whose every step the test decides; it speaks the real routes. */
export class ScriptedWorker {
  readonly api: WorkerApi;
  readonly id = randomUUID();
  readonly #models: { id: string; digest: string }[];

  constructor(server: TestServer | { url: string; models: { id: string; digest: string }[] }) {
    this.api = new WorkerApi(server.url, WORKER_TOKEN);
    const models = "services" in server ? server.services.models.all() : server.models;
    this.#models = models.map(({ id, digest }) => ({ id, digest }));
  }

  claim(waitSeconds = 0, signal = new AbortController().signal): Promise<Claim | undefined> {
    const identity = { workerId: this.id, name: "scripted", version: "test", provider: "cpu" as const };
    return this.api.claim({ ...identity, models: this.#models, maxPixels: 2048 * 2048, waitSeconds }, signal);
  }

  async mustClaim(waitSeconds = 10): Promise<Claim> {
    const claim = await this.claim(waitSeconds);
    if (claim === undefined) throw new Error("There was no job to claim.");
    return claim;
  }

  /** Puts a picture and completes the lease with it. */
  async finish(claim: Claim, png?: Uint8Array, notices?: string[]): Promise<void> {
    const bytes = png ?? (await smallPng());
    await putResult(claim.output, bytes);
    await this.complete(claim, bytes, notices);
  }

  complete(claim: Claim, png: Uint8Array, notices?: string[]): Promise<void> {
    return this.api.complete(claim.leaseId, {
      sha256: createHash("sha256").update(png).digest("hex"),
      bytes: png.byteLength,
      width: 64,
      height: 64,
      contentType: "image/png",
      provider: "cpu",
      seconds: { load: 0, denoise: 0.5, decode: 0.1, total: 0.6 },
      ...(notices === undefined ? {} : { notices }),
    });
  }
}
