import sharp from "sharp";
import { EaselError } from "../../../src/contracts/errors.ts";
import type { RequestInputWire } from "../../../src/contracts/request.ts";
import type { SdapiPictureInput } from "../../../src/contracts/sdapi.ts";
import { UPLOAD_MAX_PIXELS } from "../../../src/contracts/upload.ts";
import type { Services } from "../../jobs/services.ts";
import { keepInput } from "../compat/keep-input.ts";
import { readImageHeader } from "../uploads/image-header.ts";

/** That interface's own default. */
const STRENGTH = 0.75;

/** Base64, bare or as a data URL. */
function pictureOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(text.indexOf(",") + 1), "base64"));
}

/** White is drawn anew, as here; inverted and softened where the client asks for it. */
async function maskOf(input: SdapiPictureInput, mask: string): Promise<Uint8Array> {
  const bytes = pictureOf(mask);
  const [invert, blur] = [input.inpainting_mask_invert ?? 0, input.mask_blur ?? 0];
  if (invert === 0 && blur === 0) return bytes;
  // What it is and how large is known before anything decodes it.
  readImageHeader(bytes);
  try {
    let picture = sharp(bytes, { limitInputPixels: UPLOAD_MAX_PIXELS }).flatten().greyscale();
    if (invert !== 0) picture = picture.negate();
    if (blur > 0) picture = picture.blur(Math.max(0.3, blur));
    return new Uint8Array(await picture.png().toBuffer());
  } catch (cause) {
    throw new EaselError("unsupported_media", `mask can't be decoded: ${String(cause)}`, {
      path: "mask",
      cause,
    });
  }
}

/** What img2img adds to a request: its pictures, kept, and how far it may go from them. */
export async function inputPictures(
  services: Services,
  ownerId: string,
  input: SdapiPictureInput,
): Promise<Partial<RequestInputWire>> {
  const [first] = input.init_images;
  if (first === undefined) throw new EaselError("not_found", "Init image not found", { path: "init_images" });
  const { mask } = input;
  return {
    init_image: await keepInput(services, ownerId, "init_image", pictureOf(first)),
    ...(mask === null || mask === undefined
      ? {}
      : { mask_image: await keepInput(services, ownerId, "mask_image", await maskOf(input, mask)) }),
    strength: input.denoising_strength ?? STRENGTH,
  };
}
