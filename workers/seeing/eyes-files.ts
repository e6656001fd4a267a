import { EaselError } from "../../src/contracts/errors.ts";
import type { ListedFiles } from "../../src/core/model-files.ts";
import graphUrl from "../../models/easel-eyes/eyes.onnx?url";
import labelsUrl from "../../models/easel-eyes/eyes.json?url";
import textUrl from "../../models/easel-eyes/text.json?url";

/** easel-eyes' files as the page's own build serves them: small, under names that hold their hash. */
const FILES: Readonly<Record<string, string>> = {
  "eyes.json": labelsUrl,
  "eyes.onnx": graphUrl,
  "text.json": textUrl,
};

export const EYES_FILES: ListedFiles = {
  manifest: { id: "easel-eyes", files: Object.keys(FILES).map((path) => ({ path })) },
  async read(path) {
    const response = await fetch(new URL(FILES[path] ?? path, self.location.href));
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    throw new EaselError(
      "download_failed",
      `${path} of easel-eyes could not be fetched: the server answered ${response.status}.`,
      { hint: "Reload the page and try again." },
    );
  },
};
