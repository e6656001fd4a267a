import { renderUnicodeCompact } from "uqr";
import { bracketed, isLoopback } from "../reachable-host.ts";
import type { Settings } from "../settings.ts";
import { networkName } from "../tls/own-names.ts";
import type { Tls } from "../tls/open-tls.ts";
import { TRUST_PATH } from "../tls/plain-app.ts";

/** What the terminal says once the server answers: where it is, and over https how other devices get there. */
export function announcement(
  { HOST, PUBLIC_URL }: Pick<Settings, "HOST" | "PUBLIC_URL">,
  port: number,
  tls: Tls | undefined,
  ownName = networkName(),
): string[] {
  const protocol = tls === undefined ? "http" : "https";
  const inNetwork = isLoopback(HOST) ? undefined : HOST === "0.0.0.0" || HOST === "::" ? ownName : HOST;
  const host = tls === undefined || inNetwork === undefined ? "localhost" : bracketed(inNetwork);
  const address = PUBLIC_URL ?? `${protocol}://${host}:${port}`;
  const ready = `Easel is ready: ${address}`;
  if (tls === undefined) return [ready];
  if (inNetwork === undefined)
    return [ready, "Only this machine reaches it; HOST=0.0.0.0 lets other devices in."];
  // A device that does not trust the authority yet is led there over http, where no warning stops it.
  const way = tls.authority === undefined ? address : `http://${host}:${port}${TRUST_PATH}`;
  return [
    ready,
    "",
    renderUnicodeCompact(way),
    "",
    tls.authority === undefined
      ? `Other devices: ${way}`
      : `Other devices, once each: ${way} (the code above). It shows how to trust this server's own certificate authority.`,
  ];
}
