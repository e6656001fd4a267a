import sharp from "sharp";
import { PREVIEW_MAX_CHARACTERS } from "../../../src/contracts/progress.ts";
import type { Progress } from "../../../src/contracts/progress.ts";
import type { RgbaImage } from "../../../src/core/tensor/image.ts";

/** At most four previews a second go out. */
const INTERVAL_MILLISECONDS = 250;

const PREVIEW_SIDE = 256;

/** Turns raw previews into what travels on the wire: a small WebP as a data URL, or none. */
export class PreviewEncoder {
  #last = -Infinity;

  async encode(event: Progress<RgbaImage>): Promise<Progress<string>> {
    if (event.type !== "step" || event.preview === undefined) return event as Progress<string>;
    const { preview, ...bare } = event;
    const now = performance.now();
    if (now - this.#last < INTERVAL_MILLISECONDS) return bare;
    this.#last = now;
    const { width, height, data } = preview;
    const webp = await sharp(data, { raw: { width, height, channels: 4 } })
      .removeAlpha()
      // A tiny decoder's previews are as large as the picture.
      .resize({ width: PREVIEW_SIDE, height: PREVIEW_SIDE, fit: "inside", withoutEnlargement: true })
      .webp({ quality: 70 })
      .toBuffer();
    const url = `data:image/webp;base64,${webp.toString("base64")}`;
    return url.length <= PREVIEW_MAX_CHARACTERS ? { ...bare, preview: url } : bare;
  }
}
