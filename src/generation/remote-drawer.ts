import { toSnake } from "../contracts/casing.ts";
import { EaselError } from "../contracts/errors.ts";
import {
  generatedImageSchema,
  presignedUrlSchema,
  type GeneratedImage,
} from "../contracts/generated-image.ts";
import type { GenerationResult } from "../contracts/progress.ts";
import type { GenerationRequest } from "../contracts/request.ts";
import { callApi, interrupted, readJson, serverDown } from "./api.ts";
import type { Drawer, Drawn, DrawOptions } from "./drawer.ts";
import { followEvents } from "./follow-events.ts";
import { ensureOwner } from "./owner.ts";
import { uploadPicture } from "./upload.ts";

const POST_TRIES = 3;

/** Draws on the server: post the request, follow its events, fetch the picture by its presigned URL. */
export const remoteDrawer: Drawer = {
  async draw(request, _place, options): Promise<Drawn> {
    await ensureOwner();
    if (options.signal.aborted) throw interrupted();
    const resource = await post(await withUploads(request, options), options);
    const path = `/api/generated-images/${resource.id}`;
    try {
      const result = await follow(path, options);
      const png = await fetchPicture(path, options.signal);
      return { png, result, generatedImageId: resource.id };
    } catch (thrown) {
      if (options.signal.aborted) await cancel(path);
      throw thrown;
    }
  },
};

/** The request as the server can draw it: its pictures are there, under the ids that the server gave them. */
async function withUploads(
  request: GenerationRequest,
  { inputs = {}, signal }: DrawOptions,
): Promise<GenerationRequest> {
  const { initImage, maskImage } = inputs;
  try {
    return {
      ...request,
      ...(initImage && { initImage: await uploadPicture(initImage, "init_image", signal) }),
      ...(maskImage && { maskImage: await uploadPicture(maskImage, "mask_image", signal) }),
    };
  } catch (thrown) {
    if (signal.aborted) throw interrupted();
    throw thrown;
  }
}

/** The Idempotency-Key makes a repeated post harmless: a lost answer does not make a second picture. */
async function post(request: GenerationRequest, { jobId, signal }: DrawOptions): Promise<GeneratedImage> {
  const init: RequestInit = {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": jobId },
    body: JSON.stringify(toSnake(request)),
    signal,
  };
  for (let attempt = 1; ; attempt++) {
    try {
      return await readJson(await callApi("/api/generated-images", init), generatedImageSchema);
    } catch (thrown) {
      const again = thrown instanceof EaselError && thrown.code === "no_backend" && attempt < POST_TRIES;
      if (!again || signal.aborted) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 400 * attempt));
    }
  }
}

async function follow(path: string, { signal, onProgress }: DrawOptions): Promise<GenerationResult> {
  for await (const event of followEvents(`${path}/events`, signal)) {
    onProgress(event);
    if (event.type === "succeeded") return event.result;
    if (event.type === "failed") throw EaselError.fromFailure(event.error);
    if (event.type === "cancelled")
      throw new EaselError("interrupted", "The picture was cancelled on the server.");
  }
  throw serverDown(undefined);
}

/** Remote pictures become Blobs: an `<img>` with their URL would need CORS headers and would die with the URL. */
async function fetchPicture(path: string, signal: AbortSignal): Promise<Blob> {
  const { url } = await readJson(await callApi(`${path}/url`, { signal }), presignedUrlSchema);
  let response: Response;
  try {
    response = await fetch(url, { mode: "cors", credentials: "omit", signal });
  } catch (thrown) {
    if (signal.aborted) throw interrupted();
    throw new EaselError("storage_unavailable", "The picture is drawn, but its store does not answer.", {
      hint: "Draw it again with the same seed in a moment.",
      cause: thrown,
    });
  }
  if (!response.ok) {
    throw new EaselError("storage_unavailable", `The picture's store answered ${response.status}.`, {
      hint: "Draw it again with the same seed in a moment.",
    });
  }
  return await response.blob();
}

/** The user waits for no answer: a server that can't be told finds out by itself. */
async function cancel(path: string): Promise<void> {
  await callApi(path, { method: "DELETE" }).catch(() => undefined);
}
