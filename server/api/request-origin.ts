import type { Settings } from "../settings.ts";

/**
 * The server's own address as this client sees it, without a trailing slash. Behind a proxy the protocol is
 * PUBLIC_URL's: what forwarding headers claim is not believed.
 */
export function requestOrigin(request: Request, settings: Settings): string {
  const host = request.headers.get("host") ?? `localhost:${settings.PORT}`;
  const { PUBLIC_URL } = settings;
  if (PUBLIC_URL !== undefined && new URL(PUBLIC_URL).host === host) return new URL(PUBLIC_URL).origin;
  // By the connection itself: https where this server has a certificate.
  return `${new URL(request.url).protocol}//${host}`;
}

/** The base of links that are given away. */
export function publicOrigin(request: Request, settings: Settings): string {
  return settings.PUBLIC_URL ?? requestOrigin(request, settings);
}
