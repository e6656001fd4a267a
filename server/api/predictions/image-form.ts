import { z } from "@hono/zod-openapi";
import { EaselError } from "../../../src/contracts/errors.ts";
import { topKSchema } from "../../../src/contracts/prediction.ts";
import { UPLOAD_MAX_BYTES } from "../../../src/contracts/upload.ts";
import { SentFile } from "../form-body.ts";
import { readImageHeader, type ImageHeader } from "../uploads/image-header.ts";

/** What is sent to be seen: its own name and type are not looked at. */
export const imageFormSchema = z.strictObject({
  file: z
    .custom<SentFile>((value) => value instanceof SentFile, "One picture is expected, as a file.")
    .openapi({ type: "string", format: "binary", description: "A PNG, JPEG or WebP of at most 10 MiB." }),
  top_k: topKSchema,
});

/**
 * The picture's bytes, and what its first ones say it is; nothing is decoded.
 *
 * @throws EaselError payload_too_large, unsupported_media, with the field as its path
 */
export function readPicture({ bytes }: SentFile): {
  bytes: Uint8Array;
  contentType: ImageHeader["contentType"];
} {
  if (bytes.byteLength > UPLOAD_MAX_BYTES) {
    throw new EaselError(
      "payload_too_large",
      `A picture has at most ${UPLOAD_MAX_BYTES} bytes, this one has ${bytes.byteLength}.`,
      { path: "file" },
    );
  }
  try {
    return { bytes, contentType: readImageHeader(bytes).contentType };
  } catch (error) {
    if (!(error instanceof EaselError)) throw error;
    throw EaselError.fromFailure({ ...error.toFailure(), path: "file" });
  }
}
