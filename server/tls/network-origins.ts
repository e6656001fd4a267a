import { networkInterfaces } from "node:os";
import { bracketed, isLoopback } from "../reachable-host.ts";
import type { Settings } from "../settings.ts";
import { isLocalAddress } from "./name-constraints.ts";
import { networkName } from "./own-names.ts";

/** Addresses that say nothing without the interface they belong to (RFC 3927, RFC 4291). */
const LINK_LOCAL = /^(?:169\.254\.|fe[89ab])/i;
/** Homes mostly have these; containers and virtual machines have networks of their own beside them. */
const LIKELY = /^(?:192\.168|10)\./;

type Interfaces = ReturnType<typeof networkInterfaces>;

/**
 * Under which addresses other devices reach this server by what it listens on, the likeliest first: for a page that is
 * open on this machine and knows no address but its own. Empty: it listens to this machine alone.
 */
export function networkOrigins(
  { HOST, PORT, EASEL_TLS }: Pick<Settings, "HOST" | "PORT" | "EASEL_TLS">,
  interfaces: Interfaces = networkInterfaces(),
): string[] {
  const protocol = EASEL_TLS === "off" ? "http" : "https";
  return hosts(HOST, EASEL_TLS === "self", interfaces).map(
    (host) => `${protocol}://${bracketed(host)}:${PORT}`,
  );
}

function hosts(listening: string, vouchedFor: boolean, interfaces: Interfaces): string[] {
  if (isLoopback(listening)) return [];
  if (listening !== "0.0.0.0" && listening !== "::") return [listening];
  const outside = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !LINK_LOCAL.test(address))
    .filter(({ family }) => family === "IPv4" || listening === "::")
    .map(({ address }) => address);
  const rank = (address: string) => (LIKELY.test(address) ? 0 : address.includes(":") ? 2 : 1);
  const ranked = outside.sort((one, other) => rank(one) - rank(other));
  if (!vouchedFor) return ranked;
  // The household's own certificate names local addresses and the machine, nothing else.
  const local = ranked.filter(isLocalAddress);
  return local.length > 0 ? local : [networkName()];
}
