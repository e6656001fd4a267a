import { toSnake } from "../contracts/casing.ts";
import { EaselError } from "../contracts/errors.ts";
import { SEALED_TYPE } from "../contracts/sealed-picture.ts";
import { shareSchema, type Share, type ShareInput } from "../contracts/share.ts";
import { callApi, readJson } from "../generation/api.ts";
import { ensureOwner } from "../generation/owner.ts";
import { uploadPicture } from "../generation/upload.ts";
import { sealPicture } from "./sealed-picture.ts";

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
  const uploadId = await uploadPicture(picture.png, "share");
  return await createShare({ uploadId, prompt: picture.prompt });
}

/**
 * Makes a link that only its whole address opens: picture and prompt are encrypted here, the key is the link's end
 * behind the #, which no browser sends.
 * @throws EaselError as the server sends it; `payload_too_large` over 10 MiB.
 */
export async function sharePrivately({ png, prompt }: Shareable): Promise<Share> {
  await ensureOwner();
  const { key, bytes } = await sealPicture(png, prompt);
  const uploadId = await uploadPicture(new Blob([bytes], { type: SEALED_TYPE }), "private_share");
  const share = await createShare({ uploadId });
  return { ...share, url: `${share.url}#${key}` };
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

function post(body: unknown): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}
