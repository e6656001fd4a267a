import { matchPrecache } from "workbox-precaching";

/**
 * The WebAssembly files of the ONNX runtime, 14 to 27 MB each, of which a browser needs one or two, and easel-eyes' weights:
 * kept outside the precache, so that a first visit is not held up by them, and fetched once the page is idle, so that drawing
 * and seeing work without a network.
 * Their names hold a hash of their content: a cached one never goes stale.
 */

const CACHE = "easel-runtime";
const LIST = "/runtime-files.json";
/** Whether this browser draws with the build of that address, as workers/diffusion/runtime-files.ts chooses, or sees with it. */
function isNeeded(url: string, webgpu: boolean): boolean {
  if (url.endsWith(".onnx")) return true;
  if ("Suspending" in WebAssembly) return url.includes(".jspi");
  return url.includes(".asyncify") ? webgpu : !url.includes(".jspi");
}

export function isRuntimeFile(url: URL): boolean {
  return url.pathname.startsWith("/assets/") && /\.(wasm|onnx)$/.test(url.pathname);
}

/** From the cache; else from the network, and kept. A full disk costs the copy, not the answer. */
export async function answerRuntimeFile({ request }: { request: Request }): Promise<Response> {
  const cached = await caches.match(request.url, { cacheName: CACHE });
  if (cached !== undefined) return cached;
  const response = await fetch(request);
  if (response.ok) await keep(request.url, response.clone());
  return response;
}

/**
 * Fetches what this device needs of the present build and drops what older builds left.
 * @param webgpu whether this device has a GPU to draw with: the build for it is twice as large
 * @returns whether all that is needed is kept
 */
export async function keepRuntimeFiles(webgpu: boolean): Promise<boolean> {
  const list = (await matchPrecache(LIST)) ?? (await fetch(LIST));
  if (!list.ok) return false;
  const present = ((await list.json()) as string[]).map((path) => new URL(path, self.location.origin).href);
  const cache = await caches.open(CACHE);
  const held = new Set((await cache.keys()).map((request) => request.url));
  for (const url of held) if (!present.includes(url)) await cache.delete(url);
  let all = true;
  for (const url of present) {
    if (held.has(url) || !isNeeded(url, webgpu)) continue;
    const response = await fetch(url);
    all = response.ok && (await keep(url, response)) && all;
  }
  return all;
}

/** @returns false where the disk is full: the picture is drawn all the same, only not without a network. */
async function keep(url: string, response: Response): Promise<boolean> {
  try {
    const cache = await caches.open(CACHE);
    await cache.put(url, response);
    return true;
  } catch {
    return false;
  }
}
