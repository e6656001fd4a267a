import type { InputBlobs } from "../../contracts/diffusion-worker.ts";
import type { RequestInput } from "../../contracts/request.ts";
import type { InputPictures } from "../../history/input-pictures.ts";
import { readKept } from "../../kept/kept.ts";
import { fraction, object, orNull, text, type Shaped } from "../../kept/shapes.ts";

const KEY = "easel-starting-picture";
/** Diffusers' defaults, with and without a mask. */
const STRENGTH = 0.8;
const MASKED_STRENGTH = 1;

/** What an earlier visit left; the files themselves are in the history's inputs. */
const keptShape = object({
  initImage: text,
  maskImage: orNull(text),
  strength: fraction,
  parentId: orNull(text),
});
type Kept = Shaped<typeof keptShape>;

interface Held {
  hash: string;
  blob: Blob;
}

/** Where a starting picture comes from, and what of it is drawn anew. */
export interface Origin {
  /** The picture of the history whose pixels they are. */
  parentId?: string | null;
  /** White is drawn anew. */
  mask?: Blob | null;
  /** 0..1 */
  strength?: number;
}

/** The picture that the next one starts from, with its mask and strength; kept across visits until it is removed. */
export class StartingPicture {
  readonly #inputs: Pick<InputPictures, "hold" | "letGo" | "get">;
  readonly #storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  #picture = $state.raw<Held | null>(null);
  #mask = $state.raw<Held | null>(null);
  #strength = $state(STRENGTH);
  #parentId = $state<string | null>(null);
  #restored: Promise<void> = Promise.resolve();

  constructor(
    inputs: Pick<InputPictures, "hold" | "letGo" | "get">,
    storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> = localStorage,
  ) {
    this.#inputs = inputs;
    this.#storage = storage;
  }

  get blob(): Blob | null {
    return this.#picture?.blob ?? null;
  }

  get mask(): Blob | null {
    return this.#mask?.blob ?? null;
  }

  get parentId(): string | null {
    return this.#parentId;
  }

  /** How much is drawn anew: 0 keeps the picture, 1 starts from noise. */
  get strength(): number {
    return this.#strength;
  }

  set strength(strength: number) {
    this.#strength = strength;
    this.#save();
  }

  /** What it adds to a request. */
  get settings(): Pick<RequestInput, "initImage" | "maskImage" | "strength"> {
    if (this.#picture === null) return {};
    return {
      initImage: this.#picture.hash,
      ...(this.#mask && { maskImage: this.#mask.hash }),
      strength: this.#strength,
    };
  }

  get inputs(): InputBlobs {
    if (this.#picture === null) return {};
    return { initImage: this.#picture.blob, ...(this.#mask && { maskImage: this.#mask.blob }) };
  }

  /** @param picture a PNG, JPEG or WebP. @throws EaselError `quota_exceeded` */
  async use(picture: Blob, { parentId = null, mask = null, strength }: Origin = {}): Promise<void> {
    const held: Held = { hash: await this.#inputs.hold(picture), blob: picture };
    const heldMask = mask === null ? null : { hash: await this.#inputs.hold(mask), blob: mask };
    await this.#replace(held, heldMask, parentId);
    this.strength = strength ?? (mask === null ? STRENGTH : MASKED_STRENGTH);
  }

  /** The whole picture is drawn from, not a part of it. */
  async removeMask(): Promise<void> {
    await this.#replace(this.#picture, null, this.#parentId);
    this.strength = STRENGTH;
  }

  async remove(): Promise<void> {
    await this.#replace(null, null, null);
    this.#save();
  }

  /** On start: what an earlier visit held, unless another one was chosen meanwhile. */
  restore(): void {
    this.#restored = this.#restore().catch(() => undefined);
  }

  /** Resolves once what an earlier visit held is here again. */
  get restored(): Promise<void> {
    return this.#restored;
  }

  async #restore(): Promise<void> {
    const kept = readKept(this.#storage, KEY, keptShape);
    if (kept === null) return;
    const blob = await this.#inputs.get(kept.initImage);
    const mask = kept.maskImage === null ? undefined : await this.#inputs.get(kept.maskImage);
    if (blob === undefined || this.#picture !== null) return;
    this.#picture = { hash: kept.initImage, blob };
    this.#mask = mask === undefined || kept.maskImage === null ? null : { hash: kept.maskImage, blob: mask };
    this.#strength = kept.strength;
    this.#parentId = kept.parentId;
  }

  /** The new ones are shown first; then the old ones are let go, as far as they are others. */
  async #replace(picture: Held | null, mask: Held | null, parentId: string | null): Promise<void> {
    const before = [this.#picture?.hash, this.#mask?.hash];
    this.#picture = picture;
    this.#mask = mask;
    this.#parentId = parentId;
    for (const hash of before)
      if (hash !== undefined && hash !== picture?.hash && hash !== mask?.hash) await this.#inputs.letGo(hash);
  }

  #save(): void {
    try {
      if (this.#picture === null) this.#storage.removeItem(KEY);
      else {
        const kept: Kept = {
          initImage: this.#picture.hash,
          maskImage: this.#mask?.hash ?? null,
          strength: this.#strength,
          parentId: this.#parentId,
        };
        this.#storage.setItem(KEY, JSON.stringify(kept));
      }
    } catch {
      // A full disk: it is still on the page.
    }
  }
}
