import { z } from "@hono/zod-openapi";
import {
  DOCUMENT_MAX_BYTES,
  titleSchema,
  type DocumentContentType,
} from "../../../src/contracts/document.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import { SentFile } from "../form-body.ts";
import { readPicture } from "../predictions/image-form.ts";

const MEGABYTES = DOCUMENT_MAX_BYTES / 1024 / 1024;
/** ISO 32000-1, implementation note 13: readers look for the header within the first 1024 bytes. */
const PDF_HEADER_WITHIN = 1024;

/** A document as it is sent: the file's own name and type are not looked at. */
export const documentFormSchema = z.strictObject({
  title: titleSchema,
  file: z
    .custom<SentFile>((value) => value instanceof SentFile, "One picture or PDF is expected, as a file.")
    .openapi({
      type: "string",
      format: "binary",
      description: `A PDF of at most ${MEGABYTES} MiB, or a PNG, JPEG or WebP of at most 10 MiB.`,
    }),
});

/**
 * The document's bytes, and what its first ones say it is; nothing is opened or decoded.
 *
 * @throws EaselError payload_too_large, unsupported_media, with the field as its path
 */
export function readDocument(file: SentFile): { bytes: Uint8Array; contentType: DocumentContentType } {
  const { bytes } = file;
  if (!bytes.subarray(0, PDF_HEADER_WITHIN).includes("%PDF-")) {
    try {
      return readPicture(file);
    } catch (error) {
      if (!(error instanceof EaselError) || error.code !== "unsupported_media") throw error;
      throw new EaselError("unsupported_media", `${error.message} It is no PDF either.`, { path: "file" });
    }
  }
  if (bytes.byteLength > DOCUMENT_MAX_BYTES) {
    throw new EaselError(
      "payload_too_large",
      `A PDF has at most ${DOCUMENT_MAX_BYTES} bytes, this one has ${bytes.byteLength}.`,
      { path: "file" },
    );
  }
  return { bytes, contentType: "application/pdf" };
}
