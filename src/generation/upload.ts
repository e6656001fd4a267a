import { sha256 } from "hash-wasm";
import { toSnake } from "../contracts/casing.ts";
import { EaselError } from "../contracts/errors.ts";
import { SEALED_TYPE } from "../contracts/sealed-picture.ts";
import {
  UPLOAD_CONTENT_TYPES,
  UPLOAD_MAX_BYTES,
  uploadCompletedSchema,
  uploadSchema,
  type UploadInput,
} from "../contracts/upload.ts";
import { callApi, readJson } from "./api.ts";

/**
 * Sends a picture, for a private link a sealed one, to the server's store, where it lives for a day.
 * @returns the upload's id
 * @throws EaselError `payload_too_large` over 10 MiB, `unsupported_media` for another type than PNG, JPEG and WebP,
 *   `storage_unavailable`, and as the server sends it.
 */
export async function uploadPicture(
  picture: Blob,
  purpose: UploadInput["purpose"],
  signal?: AbortSignal,
): Promise<string> {
  if (picture.size > UPLOAD_MAX_BYTES) {
    throw new EaselError("payload_too_large", "A picture of more than 10 MiB can't be sent to the server.", {
      hint: "Make it smaller, or draw on this device.",
    });
  }
  const types = purpose === "private_share" ? ([SEALED_TYPE] as const) : UPLOAD_CONTENT_TYPES;
  const contentType = types.find((type) => type === picture.type);
  if (contentType === undefined) {
    throw new EaselError(
      "unsupported_media",
      `PNG, JPEG or WebP was expected, but the picture is ${picture.type === "" ? "of no known type" : picture.type}.`,
    );
  }
  const bytes = new Uint8Array(await picture.arrayBuffer());
  // Not by crypto.subtle, which a page without https does not have.
  const input: UploadInput = { purpose, contentType, bytes: bytes.byteLength, sha256: await sha256(bytes) };
  const answer = await callApi("/api/uploads", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(toSnake(input)),
    ...(signal && { signal }),
  });
  // Not through readJson: the keys of `put.headers` are HTTP headers, whose names must stay as they are.
  const ticket = uploadSchema.parse(await answer.json());
  await put(ticket.put, picture, signal);
  const path = `/api/uploads/${ticket.id}/complete`;
  await readJson(await callApi(path, { method: "POST", ...(signal && { signal }) }), uploadCompletedSchema);
  return ticket.id;
}

async function put(
  { url, headers }: { url: string; headers: Record<string, string> },
  picture: Blob,
  signal: AbortSignal | undefined,
): Promise<void> {
  const unavailable = (cause: unknown, message: string) =>
    new EaselError("storage_unavailable", message, { hint: "Try again in a moment.", cause });
  let response: Response;
  try {
    response = await fetch(url, {
      method: "PUT",
      headers,
      body: picture,
      mode: "cors",
      credentials: "omit",
      ...(signal && { signal }),
    });
  } catch (thrown) {
    throw unavailable(thrown, "The picture could not be sent: its store does not answer.");
  }
  if (!response.ok) throw unavailable(undefined, `The picture's store answered ${response.status}.`);
}
