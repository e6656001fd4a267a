/** An address of this machine for a server that listens on `host`. */
export function reachableHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return bracketed(host);
}

/** Whether a name or address, as in a URL or as listened on, is this machine's for itself alone. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){1,3}|\[?::1\]?)$/i.test(host);
}

/** As URLs write it. */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
