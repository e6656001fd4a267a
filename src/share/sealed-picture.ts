import { SEALED_IV_BYTES, SEALED_LEAST_BYTES, SEALED_MAGIC } from "../contracts/sealed-picture.ts";

export interface SealedPicture {
  /** 256 random bits, base64url: the link's end, and nowhere else. */
  key: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface OpenedPicture {
  prompt: string;
  png: Blob;
}

const MAGIC = Uint8Array.from(SEALED_MAGIC);
const START = MAGIC.length + SEALED_IV_BYTES;
const PNG = [0x89, 0x50, 0x4e, 0x47];
const KEY = /^[A-Za-z0-9_-]{43}$/;

/** Whether this page may encrypt: browsers keep WebCrypto from addresses without https. */
export function canSeal(): boolean {
  return "subtle" in crypto;
}

/**
 * Encrypts a picture and its prompt under a key of their own: AES-256-GCM by WebCrypto (NIST SP 800-38D). What the
 * server learns is how many bytes the two have together.
 * @param png its request may be inside: it is sealed with it
 */
export async function sealPicture(png: Blob, prompt: string): Promise<SealedPicture> {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const iv = crypto.getRandomValues(new Uint8Array(SEALED_IV_BYTES));
  const words = new TextEncoder().encode(prompt);
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, words.byteLength);
  const plain = await new Blob([length, words, png]).arrayBuffer();
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: MAGIC }, key, plain);
  const bytes = new Uint8Array(START + sealed.byteLength);
  bytes.set(MAGIC);
  bytes.set(iv, MAGIC.length);
  bytes.set(new Uint8Array(sealed), START);
  return { key: toBase64Url(raw), bytes };
}

/** @returns undefined where the key is not this picture's, or the bytes are not as they were sealed */
export async function openSealed(
  bytes: Uint8Array<ArrayBuffer>,
  key: string,
): Promise<OpenedPicture | undefined> {
  if (!KEY.test(key) || bytes.byteLength < SEALED_LEAST_BYTES) return undefined;
  const plain = await decrypt(bytes, fromBase64Url(key));
  if (plain === undefined) return undefined;
  const end = 4 + new DataView(plain).getUint32(0);
  const png = new Uint8Array(plain.slice(end));
  // Whoever made the link wrote what is in it: it is shown as a picture or not at all.
  if (end > plain.byteLength || PNG.some((byte, index) => png[index] !== byte)) return undefined;
  const prompt = new TextDecoder().decode(new Uint8Array(plain, 4, end - 4));
  return { prompt, png: new Blob([png], { type: "image/png" }) };
}

async function decrypt(
  bytes: Uint8Array<ArrayBuffer>,
  raw: Uint8Array<ArrayBuffer>,
): Promise<ArrayBuffer | undefined> {
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const iv = bytes.subarray(MAGIC.length, START);
  const terms = { name: "AES-GCM", iv, additionalData: MAGIC };
  try {
    return await crypto.subtle.decrypt(terms, key, bytes.subarray(START));
  } catch {
    // WebCrypto tells no more than that the tag does not fit.
    return undefined;
  }
}

function toBase64Url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}
