import { SEALED_TYPE } from "../../src/contracts/sealed-picture.ts";

/** The longest life of a presigned URL, in seconds: S3 refuses more. */
export const MAX_URL_SECONDS = 7 * 24 * 3600;

export interface PresignedUrl {
  url: string;
  expiresAt: Date;
}

export interface PutTarget extends PresignedUrl {
  /** Headers that the client must send: they are signed. */
  headers: Record<string, string>;
}

export interface PutTerms {
  contentType: string;
  /** The exact length, signed, where it is known beforehand; else `maxBytes` is checked after the put at the latest. */
  bytes?: number;
  maxBytes: number;
  seconds: number;
}

export interface StoredObject {
  bytes: number;
  contentType: string;
}

/**
 * Where pictures lie: S3, or a folder with signed URLs. Keys are made by the server, never by a user:
 * `kind/id/name.png`. `origin` is the server's own address as the client sees it; only the disk needs it.
 */
export interface ObjectStore {
  presignGet(key: string, terms: { seconds: number; origin: string }): Promise<PresignedUrl>;
  presignPut(key: string, terms: PutTerms & { origin: string }): Promise<PutTarget>;
  /** Undefined: there is no such object. */
  head(key: string): Promise<StoredObject | undefined>;
  /** The whole object; an object of more than `maxBytes` is refused. Undefined: there is none. */
  read(key: string, maxBytes: number): Promise<Uint8Array | undefined>;
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /** Deleting what is not there is no error. @param signal gives up waiting for a store that is far away */
  delete(key: string, signal?: AbortSignal): Promise<void>;
  /** Throws where the store can't be used; for /ready. */
  check(): Promise<void>;
  /** Origins other than the server's own that pages fetch objects from, for the content security policy. */
  readonly publicOrigins: readonly string[];
}

const KEY = /^[a-z]+(\/[A-Za-z0-9_-]+)+\.(png|jpg|webp|pdf|bin)$/;

/** Throws on a key that this server would never have made: nothing may climb out of the folder or the bucket. */
export function assertKey(key: string): void {
  if (!KEY.test(key)) throw new Error(`Not an object key: ${JSON.stringify(key)}`);
}

const EXTENSIONS: Readonly<Record<string, string>> = Object.freeze({
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "application/pdf": "pdf",
  [SEALED_TYPE]: "bin",
});

/** The extension of a key that holds this type; the disk knows an object's type by it. */
export function extensionOf(contentType: string): string {
  const extension = EXTENSIONS[contentType];
  if (extension === undefined)
    throw new Error(`Objects are PNG, JPEG, WebP, PDF or sealed, not ${contentType}.`);
  return extension;
}

/** The type that a key's extension stands for. */
export function contentTypeOf(key: string): string {
  const extension = key.slice(key.lastIndexOf(".") + 1);
  const found = Object.entries(EXTENSIONS).find(([, known]) => known === extension);
  if (found === undefined) throw new Error(`Not an object key: ${JSON.stringify(key)}`);
  return found[0];
}
