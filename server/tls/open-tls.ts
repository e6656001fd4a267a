import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import type { Settings } from "../settings.ts";
import { localCertificates } from "./local-authority.ts";
import { isLocalAddress } from "./name-constraints.ts";

/** What https is served with; PEM. */
export interface Tls {
  cert: string;
  key: string;
  /** The local authority's certificate, which devices must be told to trust; undefined: one that they know signed. */
  authority?: string;
}

/** Thrown for files that https can't be served with; its message says which, and why. */
export class TlsError extends Error {}

/**
 * The certificates that EASEL_TLS asks for; undefined: none.
 *
 * @throws TlsError
 */
export async function openTls(
  settings: Pick<Settings, "EASEL_TLS" | "EASEL_TLS_KEY" | "DATA_DIR" | "PUBLIC_URL">,
): Promise<Tls | undefined> {
  const { EASEL_TLS: said, EASEL_TLS_KEY: keyFile = said } = settings;
  if (said === "off") return undefined;
  if (said === "self") {
    requireLocal(settings.PUBLIC_URL);
    const { authority, server } = await localCertificates(settings.DATA_DIR, settings.PUBLIC_URL);
    return { cert: server.certificate, key: server.key, authority };
  }
  const [cert, key] = [readPem("EASEL_TLS", said), readPem("EASEL_TLS_KEY", keyFile)];
  const certificate = parsed("EASEL_TLS", said, "no certificate", () => new X509Certificate(cert));
  const privateKey = parsed("EASEL_TLS_KEY", keyFile, "no private key", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new TlsError(`EASEL_TLS_KEY: the key in ${keyFile} is not that of the certificate in ${said}.`);
  }
  return { cert, key };
}

/** The authority may vouch for names and for local addresses: a public address is none of its own. */
function requireLocal(publicUrl: string | undefined): void {
  const host = publicUrl === undefined ? "localhost" : new URL(publicUrl).hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) === 0 || isLocalAddress(host)) return;
  throw new TlsError(
    `EASEL_TLS=self makes certificates for a local network, but PUBLIC_URL is ${publicUrl}. Use a name, or a certificate's path.`,
  );
}

function readPem(setting: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new TlsError(`${setting}: ${path} can't be read: ${(error as Error).message}`);
  }
}

function parsed<Result>(setting: string, path: string, lack: string, parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    throw new TlsError(`${setting}: ${path} holds ${lack} in PEM: ${(error as Error).message}`);
  }
}
