import type { Manifest } from "../contracts/model.ts";
import type { StoredBlob } from "./runtime/inference-runtime.ts";

/** A model's files by their listed paths: all that reading a config or a tokenizer needs of a model. */
export interface ListedFiles {
  readonly manifest: { readonly id: string; readonly files: readonly { readonly path: string }[] };
  /** As {@link ModelFiles.read}. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * A model's files, wherever they lie: OPFS in a browser, a folder on a server. What `read` gives has been verified
 * against the manifest by whoever implements this.
 */
export interface ModelFiles extends ListedFiles {
  readonly manifest: Manifest;
  /**
   * The whole content of one file, by its path in the manifest.
   * @throws EaselError `model_not_installed` where the file is missing, `model_corrupt` where it was altered.
   */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Where the file lies, for a runtime that reads files itself: large weights then need not pass through memory.
   * Verified as by `read`, with the same errors; absent where files have no path.
   */
  locate?(path: string): Promise<string>;
  /**
   * The file unread, for a runtime that streams weights. Verified as by `read`, with the same errors; absent where files
   * are no Blobs.
   */
  blob?(path: string): Promise<StoredBlob>;
}
