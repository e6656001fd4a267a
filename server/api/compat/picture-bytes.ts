import sharp from "sharp";
import { EaselError } from "../../../src/contracts/errors.ts";
import { readPngText, writePngText } from "../../../src/core/metadata/index.ts";
import { RESULT_MAX_BYTES } from "../../jobs/result-object.ts";
import type { Services } from "../../jobs/services.ts";
import type { GeneratedImageRow } from "../../jobs/submit.ts";

/** The chunk that holds the request, in AUTOMATIC1111's form. */
const PARAMETERS = "parameters";
const MAX_PIXELS = 4096 * 4096;

export type OutputFormat = "png" | "jpeg" | "webp";

export interface OutputTerms {
  format: OutputFormat;
  width: number;
  height: number;
  /** Per cent, of JPEG and WebP. */
  quality: number;
}

/** A picture that we drew, at another size or in another format. Of another shape, what is too much is cut off. */
export async function convertPicture(bytes: Uint8Array, terms: OutputTerms): Promise<Uint8Array> {
  const { format, width, height, quality } = terms;
  const picture = sharp(bytes, { limitInputPixels: MAX_PIXELS }).resize(width, height, { fit: "cover" });
  if (format === "jpeg") return new Uint8Array(await picture.jpeg({ quality }).toBuffer());
  if (format === "webp") return new Uint8Array(await picture.webp({ quality }).toBuffer());
  return new Uint8Array(await picture.png().toBuffer());
}

/**
 * A drawn picture's bytes as a foreign client wants them. A PNG keeps its request inside.
 *
 * @throws EaselError not_found where the object is gone
 */
export async function pictureBytes(
  services: Services,
  row: GeneratedImageRow,
  terms: OutputTerms,
): Promise<{ bytes: Uint8Array; asDrawn: boolean }> {
  const drawn =
    row.objectKey === null ? undefined : await services.store.read(row.objectKey, RESULT_MAX_BYTES);
  if (drawn === undefined)
    throw new EaselError("not_found", "The picture is not in the object store any more.");
  const sameSize = row.width === terms.width && row.height === terms.height;
  if (sameSize && terms.format === "png") return { bytes: drawn, asDrawn: true };
  const converted = await convertPicture(drawn, terms);
  const parameters = terms.format === "png" ? readPngText(drawn, PARAMETERS) : undefined;
  const bytes = parameters === undefined ? converted : writePngText(converted, PARAMETERS, parameters);
  return { bytes, asDrawn: false };
}
