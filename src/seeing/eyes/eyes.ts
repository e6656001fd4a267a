import type { SeenLabel } from "../../contracts/sight.ts";
import { resizeImage } from "../../core/image/resize.ts";
import type { Box } from "../../core/image/resize.ts";
import type { ListedFiles } from "../../core/model-files.ts";
import type { InferenceRuntime } from "../../core/runtime/inference-runtime.ts";
import type { RgbaImage } from "../../core/tensor/image.ts";
import type { ThingName } from "../asked-things.ts";
import { answer, feedOf } from "../seeing-model.ts";
import { findThings } from "./find-things.ts";
import { fitSquare, inPicture } from "./fit-square.ts";
import { readLabels, requireThings } from "./labels.ts";
import { softMask } from "./soft-mask.ts";

/** A thing that was found, its box in the picture's pixels. */
export interface SeenThing extends SeenLabel {
  readonly box: Box;
  /** How much of each pixel is the thing's: a grey picture of the seen picture's size, white being all of it. */
  mask(): RgbaImage;
}

/** What a picture shows. */
export interface Sight {
  /** Every label with its share of 1, the best first; among them `unknown`: none of the things that are known. */
  readonly labels: readonly SeenLabel[];
  /** The things in it, the surest first. */
  readonly things: readonly SeenThing[];
}

export interface Eyes {
  /** What it knows, in the order of its graph. */
  readonly names: readonly ThingName[];
  /** @throws EaselError `model_corrupt`, `invalid_output`, and as the runtime does. */
  see(image: RgbaImage): Promise<Sight>;
  release(): Promise<void>;
}

/** Below it a thing is more often imagined than there. */
const THRESHOLD = 0.3;
const OUTPUTS = ["logits", "there", "which", "edges", "alpha", "middle"] as const;

/**
 * easel-eyes: `eyes.onnx` with its labels, `eyes.json`.
 * @throws EaselError `model_corrupt` where its files can't be used, and as `createSession` does.
 */
export async function openEyes(
  model: ListedFiles,
  runtime: InferenceRuntime,
  threshold = THRESHOLD,
): Promise<Eyes> {
  const { side, things, labels } = await readLabels(model);
  const session = await runtime.createSession(await model.read("eyes.onnx"));
  return {
    names: things,
    async see(image) {
      const { pixels, within } = fitSquare(image, side);
      const seen = await answer(session, { pixels: feedOf(pixels) }, OUTPUTS);
      requireThings(things, seen.logits.data.length - 1);
      requireThings(things, seen.which.dims[1]!);
      return {
        labels: labels.of(seen.logits.data),
        things: findThings(seen, threshold)
          .map(({ thing, score, box }) => ({
            ...labels.named(thing, score),
            box: inPicture(box, within, image),
            mask: () => maskPicture(softMask(box, seen.alpha, seen.middle), within, image),
          }))
          // What was imagined where the edges' colours go on.
          .filter(({ box }) => box.width > 0 && box.height > 0),
      };
    },
    release: () => session.release(),
  };
}

/** The part of a square mask that the picture lies in, as a picture of its size. */
function maskPicture(mask: Float32Array, within: Box, { width, height }: RgbaImage): RgbaImage {
  const size = Math.sqrt(mask.length);
  const data = new Uint8ClampedArray(mask.length * 4);
  mask.forEach((share, i) =>
    data.fill(Math.round(share * 255), i * 4, i * 4 + 3).fill(255, i * 4 + 3, i * 4 + 4),
  );
  const part = {
    left: within.left * size,
    top: within.top * size,
    width: within.width * size,
    height: within.height * size,
  };
  return resizeImage({ width: size, height: size, data }, width, height, part, "bilinear");
}
