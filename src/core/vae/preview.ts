import type { Manifest } from "../../contracts/model.ts";
import { outputOf, runFloats } from "../runtime/feed.ts";
import type { InferenceSession } from "../runtime/inference-runtime.ts";
import type { RgbaImage } from "../tensor/image.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

type PreviewMap = NonNullable<Manifest["preview"]>;
type PreviewDecoder = NonNullable<Manifest["previewDecoder"]>;

/** Latents [1, C, h, w] as a small picture of h x w: the manifest's linear map, one latent pixel to one RGB pixel. */
export function previewImage(latents: FloatTensor, map: PreviewMap): RgbaImage {
  const height = latents.dims[2]!;
  const width = latents.dims[3]!;
  const plane = width * height;
  const data = new Uint8ClampedArray(plane * 4);
  const { latentRgbFactors, bias } = map;
  for (let i = 0; i < plane; i++) {
    for (let rgb = 0; rgb < 3; rgb++) {
      let value = bias[rgb]!;
      for (let channel = 0; channel < latentRgbFactors.length; channel++) {
        value += latents.data[channel * plane + i]! * latentRgbFactors[channel]![rgb]!;
      }
      data[i * 4 + rgb] = value * 255;
    }
    data[i * 4 + 3] = 255;
  }
  return { width, height, data };
}

/** Latents [1, C, h, w] as a picture of full size, by the model's tiny decoder (TAESD's layout). */
export async function decodedPreview(
  latents: FloatTensor,
  session: InferenceSession,
  { output }: PreviewDecoder,
): Promise<RgbaImage> {
  const input = session.inputs[0]?.name ?? "latent_sample";
  const outputs = await runFloats(session, "preview_decoder", {
    [input]: { dims: latents.dims, values: latents.data },
  });
  const { dims, data } = outputOf(outputs, "sample", session);
  const [, , height = 0, width = 0] = dims;
  const plane = width * height;
  const [gain, bias] = output === "zero_to_one" ? [255, 0] : [127.5, 127.5];
  const pixels = new Uint8ClampedArray(plane * 4);
  for (let i = 0; i < plane; i++) {
    for (let rgb = 0; rgb < 3; rgb++) pixels[i * 4 + rgb] = data[rgb * plane + i]! * gain + bias;
    pixels[i * 4 + 3] = 255;
  }
  return { width, height, data: pixels };
}

/** Previews may take this share of the time that a picture has taken so far. */
const BUDGET = 0.03;

/** Decides from measured costs whether the next preview fits into {@link BUDGET}. Times are milliseconds. */
export class PreviewBudget {
  readonly #start: number;
  #spent = 0;
  #last: number;

  /** @param expected what a preview has cost before, in an earlier picture */
  constructor(now: number, expected = 0) {
    this.#start = now;
    this.#last = expected;
  }

  /** What the last preview has cost. */
  get last(): number {
    return this.#last;
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
