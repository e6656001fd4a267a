import { asFailure } from "../../contracts/errors.ts";

/** A tile's longest side in latent pixels: 512 pixels of a picture, the size that most autoencoders were trained at. */
const TILE = 64;
/** Below this a tile would be little more than its overlap. */
const SMALLEST_TILE = 8;
/** Where neither the model nor the caller knows better: beyond it a decoder in float32 takes several gigabytes. */
export const UNTILED_PIXELS = 1024 * 1024;

export interface TilePlan {
  /** The latents' height and width. */
  readonly height: number;
  readonly width: number;
  readonly pixelsPerLatent: number;
  /** Pictures of more pixels are taken in tiles from the start. */
  readonly untiledPixels: number;
  /** A sentence for the user: what failed, and what is tried instead. */
  readonly onNotice: (notice: string) => void;
}

/**
 * Does the autoencoder's work in one piece, or in tiles where the picture is large; once again in smaller tiles where
 * memory did not suffice (R28).
 * @param doing for the notice: "encoded" or "decoded"
 * @param work does it in tiles of at most so many latent pixels a side
 */
export async function inSafeTiles<Result>(
  plan: TilePlan,
  doing: string,
  work: (tile: number) => Promise<Result>,
): Promise<Result> {
  const whole = Math.max(plan.height, plan.width);
  const pixels = plan.height * plan.width * plan.pixelsPerLatent ** 2;
  const tile = pixels <= plan.untiledPixels ? whole : Math.min(TILE, whole);
  try {
    return await work(tile);
  } catch (thrown) {
    const smaller = Math.min(TILE, Math.ceil(tile / 2));
    if (asFailure(thrown).code !== "out_of_memory" || smaller < SMALLEST_TILE) throw thrown;
    plan.onNotice(`Memory did not suffice for the whole picture: it is ${doing} in smaller tiles.`);
    return work(smaller);
  }
}
