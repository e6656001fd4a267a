import { z } from "@hono/zod-openapi";
import {
  DOCUMENT_MAX_BYTES,
  titleSchema,
  type DocumentContentType,
} from "../../../src/contracts/document.ts";
import { EaselError } from "../../../src/contracts/errors.ts";
import { readPicture } from "../predictions/image-form.ts";

const MEGABYTES = DOCUMENT_MAX_BYTES / 1024 / 1024;
/** ISO 32000-1, implementation note 13: readers look for the header within the first 1024 bytes. */
const PDF_HEADER_WITHIN = 1024;

/** A document as it is sent: the file's own name and type are not looked at. */
export const documentFormSchema = z.strictObject({
  title: titleSchema,
  file: z
    .custom<File>((value) => value instanceof File, "One picture or PDF is expected, as a file.")
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
export async function readDocument(
  file: File,
): Promise<{ bytes: Uint8Array; contentType: DocumentContentType }> {
  const head = Buffer.from(await file.slice(0, PDF_HEADER_WITHIN).arrayBuffer());
  if (!head.includes("%PDF-")) {
    return readPicture(file).catch((error: unknown) => {
      if (!(error instanceof EaselError) || error.code !== "unsupported_media") throw error;
      throw new EaselError("unsupported_media", `${error.message} It is no PDF either.`, { path: "file" });
    });
  }
  if (file.size > DOCUMENT_MAX_BYTES) {
    throw new EaselError(
      "payload_too_large",
      `A PDF has at most ${DOCUMENT_MAX_BYTES} bytes, this one has ${file.size}.`,
      { path: "file" },
    );
  }
  return { bytes: new Uint8Array(await file.arrayBuffer()), contentType: "application/pdf" };
}
