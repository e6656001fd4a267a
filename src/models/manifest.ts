import { toCamel } from "../contracts/casing.ts";
import { EaselError } from "../contracts/errors.ts";
import { manifestSchema } from "../contracts/model.ts";
import type { Manifest } from "../contracts/model.ts";
import { seeingManifestSchema } from "../contracts/seeing-manifest.ts";
import type { KeptModel } from "../contracts/kept-model.ts";

/**
 * A manifest's text, checked: its shape, and that its digest is that of its own list of files.
 * @throws EaselError `model_corrupt` with what was expected and what came.
 */
export async function parseManifest(text: string, where: string): Promise<Manifest> {
  const parsed = manifestSchema.safeParse(parseJson(text, where));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw corrupt(where, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unknown shape"}`);
  }
  const manifest = toCamel(parsed.data);
  const digest = await digestOfFiles(manifest.files);
  if (digest !== manifest.digest)
    throw corrupt(where, `its digest is ${manifest.digest}, but its files make ${digest}`);
  return manifest;
}

/**
 * What a store has written of a model that it keeps.
 * @throws EaselError `model_corrupt`
 */
export async function parseKept(text: string, where: string): Promise<KeptModel> {
  const parsed = seeingManifestSchema.safeParse(parseJson(text, where));
  return parsed.success ? toCamel(parsed.data) : parseManifest(text, where);
}

/** SHA-256 over the sorted lines `path sha256`, each ended by a newline; lower-case hex. */
export async function digestOfFiles(files: Manifest["files"]): Promise<string> {
  const lines = files.map((file) => `${file.path} ${file.sha256}\n`).sort();
  return sha256Hex(new TextEncoder().encode(lines.join("")));
}

/** SHA-256 of bytes that are at hand as a whole; lower-case hex. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const start = text.slice(0, 40).replace(/\s+/g, " ");
    throw corrupt(where, `JSON was expected, but it begins with "${start}"`);
  }
}

function corrupt(where: string, what: string): EaselError {
  return new EaselError("model_corrupt", `The manifest ${where} can't be used: ${what}.`, {
    hint: "Try again; if it happens again, the server's copy of the model is damaged.",
  });
}
