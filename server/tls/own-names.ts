import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { isLocalAddress } from "./name-constraints.ts";

/** Ends of names that are a local network's own (RFC 6762, RFC 8375, and what home routers use). */
const LOCAL_ENDS = ["local", "localhost", "home.arpa", "internal", "lan", "home"];

export interface OwnNames {
  dns: string[];
  ip: string[];
}

/** What devices may call this machine: its name, its addresses in every local network, and PUBLIC_URL's host. */
export function ownNames(publicUrl: string | undefined): OwnNames {
  const name = ownHostname();
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  const ip = ["127.0.0.1", "::1", ...addresses.map(({ address }) => address.replace(/%.*$/, ""))];
  const dns = ["localhost", name, ...(name.includes(".") ? [] : [`${name}.local`])];
  const publicHost = hostOf(publicUrl);
  if (publicHost !== undefined) (isIP(publicHost) === 0 ? dns : ip).push(publicHost);
  return { dns: [...new Set(dns)], ip: [...new Set(ip)].filter(isLocalAddress) };
}

/** Under which names the authority may vouch for servers. */
export function permittedNames(publicUrl: string | undefined): string[] {
  const publicHost = hostOf(publicUrl);
  const names = [...LOCAL_ENDS, ownHostname()];
  if (publicHost !== undefined && isIP(publicHost) === 0) names.push(publicHost);
  return [...new Set(names)];
}

/** What a phone in the same network would call this machine: its IPv4 address there, else its name. */
export function networkName(): string {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = found
    .filter(({ internal, family, address }) => !internal && family === "IPv4" && isLocalAddress(address))
    .map(({ address }) => address);
  // Containers and virtual machines have networks of their own, mostly in 172.16.0.0/12: a home's come first.
  return outside.find((address) => /^(192\.168|10)\./.test(address)) ?? outside[0] ?? ownHostname();
}

function ownHostname(): string {
  return hostname().toLowerCase();
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).hostname.replace(/^\[|\]$/g, "");
}
