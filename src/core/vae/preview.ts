import type { Manifest } from "../../contracts/model.ts";
import type { RgbaImage } from "../tensor/image.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

type PreviewMap = NonNullable<Manifest["preview"]>;

/** Latents [1, C, h, w] as a small picture of h x w: the manifest's linear map, one latent pixel to one RGB pixel. */
export function previewImage(latents: FloatTensor, map: PreviewMap): RgbaImage {
  const height = latents.dims[2]!;
  const width = latents.dims[3]!;
  const plane = width * height;
  const data = new Uint8ClampedArray(plane * 4);
  for (let i = 0; i < plane; i++) {
    for (let rgb = 0; rgb < 3; rgb++) {
      let value = map.bias[rgb]!;
      map.latentRgbFactors.forEach(
        (factors, channel) => (value += latents.data[channel * plane + i]! * factors[rgb]!),
      );
      data[i * 4 + rgb] = value * 255;
    }
    data[i * 4 + 3] = 255;
  }
  return { width, height, data };
}

/** Previews may take this share of the time that a picture has taken so far. */
const BUDGET = 0.03;

/** Decides from measured costs whether the next preview fits into {@link BUDGET}. Times are milliseconds. */
export class PreviewBudget {
  readonly #start: number;
  #spent = 0;
  #last = 0;

  constructor(now: number) {
    this.#start = now;
  }

  allows(now: number): boolean {
    return this.#spent + this.#last <= BUDGET * (now - this.#start);
  }

  /** What a preview has cost, the host's own work in its progress callback included. */
  spend(milliseconds: number): void {
    this.#spent += milliseconds;
    this.#last = milliseconds;
  }
}
