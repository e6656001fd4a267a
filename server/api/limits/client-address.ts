import { isIP } from "node:net";

/** An entry of X-Forwarded-For, which may carry a port: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
function withoutPort(entry: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(entry);
  if (bracketed !== null) return bracketed[1] ?? "";
  return /^[\d.]+:\d+$/.test(entry) ? entry.slice(0, entry.indexOf(":")) : entry;
}

/** The first four groups of an IPv6 address: a household or a host has that many addresses to choose from. */
function network64(address: string): string {
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const before = head.split(":").filter(Boolean);
  const after = (tail ?? "").split(":").filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array<string>(Math.max(0, zeros)).fill("0"), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

/**
 * The network address that a request is counted under: IPv4 as it is, IPv6 as its /64.
 *
 * Each of the `trustedProxies` in front of us appended one address to X-Forwarded-For; what stands further left is
 * whatever the client wrote. A header that is shorter than the proxies are many did not pass through all of them,
 * and says nothing.
 */
export function clientAddress(
  socketAddress: string,
  forwardedFor: string | undefined,
  trustedProxies: number,
): string {
  const hops = (forwardedFor ?? "").split(",").map((entry) => withoutPort(entry.trim()));
  const told = trustedProxies > 0 ? hops[hops.length - trustedProxies] : undefined;
  const address = told !== undefined && isIP(told) !== 0 ? told : socketAddress;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  return isIP(mapped) === 6 ? network64(mapped) : mapped;
}
