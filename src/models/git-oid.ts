import type { WantedFile } from "../contracts/wanted-model.ts";
import { wrongFile } from "./http-file.ts";

/**
 * The files of a hub that are too small for its large-file store have no SHA-256 there, but git's own name:
 * SHA-1 over `blob SIZE\0` and the bytes (git's book, "Git Objects").
 * @throws EaselError `model_corrupt`
 */
export async function verifyGitOid(
  file: Pick<WantedFile, "url" | "gitOid">,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const oid = await gitOid(bytes);
  if (oid !== file.gitOid) throw wrongFile(file.url, `the git object ${file.gitOid ?? ""}`, oid);
}

/** The object id of a file's bytes, lower-case hex. */
export async function gitOid(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const head = new TextEncoder().encode(`blob ${bytes.byteLength}\0`);
  const object = await new Blob([head, bytes]).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", object));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
