import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeAuthority, makeServerCertificate, type KeyedCertificate } from "./certificates.ts";
import { ownNames, permittedNames, type OwnNames } from "./own-names.ts";

/** A certificate is made anew this long before its end: a server that runs for months is started again by then. */
const RENEW_MILLISECONDS = 60 * 86_400_000;

/** The authority's certificate, for devices to trust, and the server's, with its key; PEM. */
export interface LocalCertificates {
  authority: string;
  server: KeyedCertificate;
}

/**
 * The certificates kept in `DATA_DIR/tls`. The authority is made once, since every device must be told to trust it; the
 * server's certificate is made anew when this machine's names or addresses have changed, or its end is near.
 */
export async function localCertificates(
  dataFolder: string,
  publicUrl: string | undefined,
): Promise<LocalCertificates> {
  const folder = join(dataFolder, "tls");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const permitted = permittedNames(publicUrl);
  let authority = read(folder, "authority");
  if (authority === undefined || ends(authority.certificate) || !vouchesFor(folder, permitted)) {
    authority = await makeAuthority(`Easel on ${hostname()}`, permitted);
    writeFileSync(join(folder, "permitted-names"), `${permitted.join("\n")}\n`);
    write(folder, "authority", authority);
  }
  const names = ownNames(publicUrl);
  let server = read(folder, "server");
  if (server === undefined || !serves(server.certificate, names, authority.certificate)) {
    server = await makeServerCertificate(authority, names);
    write(folder, "server", server);
  }
  return { authority: authority.certificate, server };
}

/** Whether the authority was made for all of these names: it can't be given more. */
function vouchesFor(folder: string, permitted: readonly string[]): boolean {
  const file = join(folder, "permitted-names");
  const known = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return permitted.every((name) => known.includes(name));
}

function ends(certificate: string): boolean {
  return Date.parse(new X509Certificate(certificate).validTo) - Date.now() < RENEW_MILLISECONDS;
}

function serves(certificate: string, { dns, ip }: OwnNames, authority: string): boolean {
  const parsed = new X509Certificate(certificate);
  const issued = parsed.checkIssued(new X509Certificate(authority));
  const named = dns.every((name) => parsed.checkHost(name) !== undefined);
  return (
    issued && named && ip.every((address) => parsed.checkIP(address) !== undefined) && !ends(certificate)
  );
}

/** One file holds both: whatever happens while it is written, a certificate has its key. */
function read(folder: string, name: string): KeyedCertificate | undefined {
  const file = join(folder, `${name}.pem`);
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  const [certificate, key] = ["CERTIFICATE", "PRIVATE KEY"].map(
    (kind) => new RegExp(`-----BEGIN ${kind}-----[^-]+-----END ${kind}-----\\n`).exec(text)?.[0],
  );
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

function write(folder: string, name: string, { certificate, key }: KeyedCertificate): void {
  const aside = join(folder, `.${name}.pem.${process.pid}`);
  writeFileSync(aside, certificate + key, { mode: 0o600 });
  renameSync(aside, join(folder, `${name}.pem`));
}
