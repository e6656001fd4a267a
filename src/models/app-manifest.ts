import { EaselError } from "../contracts/errors.ts";
import type { Manifest } from "../contracts/model.ts";
import { parseManifest } from "./manifest.ts";

/**
 * The newest manifest of one of the app's own models.
 * @throws EaselError `unknown_model`, `download_failed`, `model_corrupt`, `interrupted`
 */
export async function readAppManifest(signal: AbortSignal, id: string): Promise<Manifest> {
  const url = `/models/${id}/manifest.json`;
  const manifest = await parseManifest(await fetchText(signal, url, id), url);
  if (manifest.id === id) return manifest;
  throw new EaselError("unknown_model", `The model at ${url} calls itself ${manifest.id}, not ${id}.`, {
    path: "model",
  });
}

async function fetchText(signal: AbortSignal, url: string, id: string): Promise<string> {
  let response: Response;
  try {
    response = await fetch(url, { signal, cache: "no-cache" });
  } catch (cause) {
    if (signal.aborted)
      throw new EaselError("interrupted", "The download of the model was stopped.", { cause });
    throw new EaselError(
      "download_failed",
      `The list of the model's files, ${url}, could not be downloaded.`,
      {
        hint: "Look at the connection and try again.",
        cause,
      },
    );
  }
  if (response.status === 404) {
    throw new EaselError("unknown_model", `There is no model ${id} on this server.`, { path: "model" });
  }
  if (!response.ok) {
    throw new EaselError(
      "download_failed",
      `${url} should be the list of the model's files, but the server answered ${response.status}.`,
      { hint: "Try again." },
    );
  }
  return response.text();
}
