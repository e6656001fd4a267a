import { toSnake } from "../contracts/casing.ts";
import { EaselError } from "../contracts/errors.ts";
import { shareSchema, type Share, type ShareInput } from "../contracts/share.ts";
import {
  UPLOAD_MAX_BYTES,
  uploadCompletedSchema,
  uploadSchema,
  type UploadInput,
} from "../contracts/upload.ts";
import { callApi, readJson } from "../generation/api.ts";
import { ensureOwner } from "../generation/owner.ts";

export interface Shareable {
  prompt: string;
  png: Blob;
  /** Set where the server drew it: then it has the picture already. */
  generatedImageId: string | null;
}

/**
 * Makes a link to a picture. One drawn here is uploaded first: it leaves the device only by this call.
 * @throws EaselError as the server sends it; `payload_too_large` over 10 MiB.
 */
export async function sharePicture(picture: Shareable): Promise<Share> {
  await ensureOwner();
  if (picture.generatedImageId !== null) {
    try {
      return await createShare({ generatedImageId: picture.generatedImageId });
    } catch (thrown) {
      // Removed from the server meanwhile: we still have the picture.
      if (!(thrown instanceof EaselError) || thrown.code !== "not_found") throw thrown;
    }
  }
  const uploadId = await upload(picture.png);
  return await createShare({ uploadId, prompt: picture.prompt });
}

/** The next request of the link answers 404. A link that is gone already is no failure. */
export async function revokeShare(share: Share): Promise<void> {
  await ensureOwner();
  try {
    await callApi(`/api/shares/${share.id}`, { method: "DELETE" });
  } catch (thrown) {
    if (!(thrown instanceof EaselError) || thrown.code !== "not_found") throw thrown;
  }
}

async function createShare(input: ShareInput): Promise<Share> {
  return await readJson(await callApi("/api/shares", post(toSnake(input))), shareSchema);
}

async function upload(png: Blob): Promise<string> {
  if (png.size > UPLOAD_MAX_BYTES) {
    throw new EaselError("payload_too_large", "A picture of more than 10 MiB can't be shared.", {
      hint: "Download it and share the file.",
    });
  }
  const input: UploadInput = {
    purpose: "share",
    contentType: "image/png",
    bytes: png.size,
    sha256: await sha256(png),
  };
  const answer = await callApi("/api/uploads", post(toSnake(input)));
  // Not through readJson: the keys of `put.headers` are HTTP headers, whose names must stay as they are.
  const ticket = uploadSchema.parse(await answer.json());
  await put(ticket.put, png);
  const path = `/api/uploads/${ticket.id}/complete`;
  await readJson(await callApi(path, { method: "POST" }), uploadCompletedSchema);
  return ticket.id;
}

async function put(target: { url: string; headers: Record<string, string> }, png: Blob): Promise<void> {
  const unavailable = (cause: unknown, message: string) =>
    new EaselError("storage_unavailable", message, { hint: "Try again in a moment.", cause });
  let response: Response;
  try {
    const { url, headers } = target;
    response = await fetch(url, { method: "PUT", headers, body: png, mode: "cors", credentials: "omit" });
  } catch (thrown) {
    throw unavailable(thrown, "The picture could not be sent: its store does not answer.");
  }
  if (!response.ok) throw unavailable(undefined, `The picture's store answered ${response.status}.`);
}

function post(body: unknown): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function sha256(blob: Blob): Promise<string> {
  if (!("subtle" in crypto)) {
    throw new EaselError("forbidden", "A picture can be shared only from a secure address (https).", {
      hint: "Open this page over https, or draw the picture on the server.",
    });
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
