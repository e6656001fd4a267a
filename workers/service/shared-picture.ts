import {
  NAME_HEADER,
  SHARED_PARAMETER,
  SHARED_PATH,
  SHARE_CACHE,
  SHARE_FIELD,
} from "../../src/contracts/shared-picture.ts";

/** Puts aside what another app has sent and opens the page, which takes it from there. */
export async function receivePicture({ request }: { request: Request }): Promise<Response> {
  const picture = (await request.formData().catch(() => undefined))?.get(SHARE_FIELD);
  if (picture instanceof File) {
    const headers = { "content-type": picture.type, [NAME_HEADER]: encodeURIComponent(picture.name) };
    const cache = await caches.open(SHARE_CACHE);
    // A full disk: the page opens without it, and says so.
    await cache.put(SHARED_PATH, new Response(picture, { headers })).catch(() => undefined);
  }
  return Response.redirect(`/?${SHARED_PARAMETER}`, 303);
}
