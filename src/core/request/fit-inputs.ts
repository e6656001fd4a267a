import { EaselError } from "../../contracts/errors.ts";
import type { GenerationRequest } from "../../contracts/request.ts";
import { fitImage } from "../image/fit.ts";
import { maskOf } from "../image/mask.ts";
import type { Mask } from "../image/mask.ts";
import type { RgbaImage } from "../tensor/image.ts";

/** The pictures that a request names, decoded: straight alpha, turned upright. */
export interface InputImages {
  initImage?: RgbaImage;
  /** White is drawn anew, black is kept. */
  maskImage?: RgbaImage;
}

/**
 * A request's pictures in its size.
 * @throws EaselError `invalid_request` where one that it names was not handed over.
 */
export function fitInputs(
  request: GenerationRequest,
  { initImage, maskImage }: InputImages = {},
): { image: RgbaImage | undefined; mask: Mask | undefined } {
  const { width, height } = request;
  const image = named(request.initImage, initImage, "init_image");
  const mask = named(request.maskImage, maskImage, "mask_image");
  return {
    image: image && fitImage(image, width, height),
    mask: mask && maskOf(fitImage(mask, width, height)),
  };
}

function named(name: string | undefined, image: RgbaImage | undefined, path: string): RgbaImage | undefined {
  if (name === undefined) return undefined;
  if (image !== undefined) return image;
  throw new EaselError("invalid_request", `${path} names the picture ${name}, which is not at hand.`, {
    path,
    hint: "Choose the picture again.",
  });
}
