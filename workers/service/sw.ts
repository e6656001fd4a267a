import { createHandlerBoundToURL, precacheAndRoute, cleanupOutdatedCaches } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { NetworkFirst } from "workbox-strategies";
import { SHARE_TARGET } from "../../src/contracts/shared-picture.ts";
import { answerRuntimeFile, isRuntimeFile, keepRuntimeFiles } from "./runtime-files.ts";
import { receivePicture } from "./shared-picture.ts";

declare const self: ServiceWorkerGlobalScope & {
  __WB_MANIFEST: { url: string; revision: string | null }[];
};

/** What the page may ask of this worker, by `postMessage`. */
export type ServiceMessage = { type: "SKIP_WAITING" } | { type: "KEEP_RUNTIME_FILES"; webgpu: boolean };

// The app's shell: answered from the cache with the headers that the server gave it, so that the page stays
// cross-origin isolated without a network.
cleanupOutdatedCaches();
precacheAndRoute(self.__WB_MANIFEST);
registerRoute(new NavigationRoute(createHandlerBoundToURL("/index.html"), { allowlist: [/^\/(?:\?.*)?$/] }));

registerRoute(({ url }) => url.origin === self.location.origin && isRuntimeFile(url), answerRuntimeFile);

// Another app sends a picture: it never leaves this device on the way to the page.
registerRoute(({ url }) => url.pathname === SHARE_TARGET, receivePicture, "POST");

// A model's manifest is small and may change; its weights lie in OPFS and need no second copy here.
registerRoute(
  ({ url }) => url.origin === self.location.origin && /^\/models\/.+\/manifest\.json$/.test(url.pathname),
  new NetworkFirst({ cacheName: "easel-model-manifests", networkTimeoutSeconds: 4 }),
);

// The first visit is served by the network; claiming lets the page's later fetches pass through here at once.
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event: ExtendableMessageEvent) => {
  const message = event.data as ServiceMessage;
  if (message.type === "SKIP_WAITING") event.waitUntil(self.skipWaiting());
  if (message.type === "KEEP_RUNTIME_FILES") event.waitUntil(keepAndAnswer(message.webgpu, event.ports[0]));
});

/** `true` on the port once drawing works without a network. */
async function keepAndAnswer(webgpu: boolean, port: MessagePort | undefined): Promise<void> {
  const kept = await keepRuntimeFiles(webgpu).catch(() => false);
  port?.postMessage(kept);
}
